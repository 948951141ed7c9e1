"""`manage.py verify_sums`: right sums pass, each kind of wrong one is found."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dashboard import rollups
from dashboard.models import DayPerson, LocalGroup, UsageEvent, UsageRollup
from tests import factories
from tokens.models import Team

DAY = date(2026, 11, 20)


@pytest.fixture
def team(db: None) -> Team:
    team = Team.objects.create(slug="acme", name="Acme")
    for cents in ("1.25", "40.16699999", None):
        factories.event(team, day=DAY, cents=cents)
    rollups.rebuild(team, [DAY])
    return team


def verify(*options: str) -> str:
    out = StringIO()
    call_command("verify_sums", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_sums_that_equal_the_events_pass(team: Team) -> None:
    assert verify() == "The sums equal the 3 events.\n"


def test_a_sum_that_is_off_by_the_smallest_step_is_found(team: Team) -> None:
    row = UsageRollup.objects.get()
    row.charged_cents += Decimal("0.00000001")
    row.save(update_fields=["charged_cents"])
    with pytest.raises(CommandError, match="differ"):
        verify()
    verify("--repair")
    verify()


def test_sums_without_events_are_found(team: Team) -> None:
    UsageEvent.objects.all().delete()
    with pytest.raises(CommandError):
        verify()
    verify("--repair")
    assert not DayPerson.objects.exists()


def test_events_without_sums_are_found(team: Team) -> None:
    DayPerson.objects.all().delete()
    with pytest.raises(CommandError):
        verify()


def test_somebody_in_two_groups_on_one_day_is_found(team: Team) -> None:
    for name, first in (("Web", DAY), ("Mobile", DAY + factories.DAY)):
        group = LocalGroup.objects.create(team=team, name=name)
        group.members.create(email="ada@x.org", first_day=first)
    said = StringIO()
    with pytest.raises(CommandError, match="counts twice"):
        call_command("verify_sums", "--repair", stdout=StringIO(), stderr=said)
    last = said.getvalue().splitlines()[-1]
    assert last == "ada@x.org is in Web and in Mobile on 2026-11-21."
    group.members.update(first_day=DAY, last_day=DAY)
    LocalGroup.objects.get(name="Web").members.update(first_day=DAY + factories.DAY)
    verify("--repair")
