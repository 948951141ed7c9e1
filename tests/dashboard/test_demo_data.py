"""`manage.py demo_data`: a made-up team that is as consistent as a real one."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.demo_data.calls import Plan
from dashboard.demo_data.people import cast
from dashboard.models import (
    DailyUsage,
    Member,
    SpendSnapshot,
    Stream,
    UsageEvent,
)
from dashboard.verifying import differences
from tests import factories
from tokens.models import Team

SMALL = ("--people", "12", "--days", "40", "--events", "1500")


@pytest.fixture
def team(db: None) -> Team:
    return Team.objects.create(slug="acme", name="Acme")


def fill(*options: str) -> str:
    out = StringIO()
    call_command("demo_data", *options, stdout=out)
    return out.getvalue()


def test_it_makes_exactly_as_many_events_as_asked_for(team: Team) -> None:
    assert "12 people and 1,500 events of 40 days" in fill(*SMALL)
    assert UsageEvent.objects.count() == 1500
    assert Member.objects.count() == 12
    assert DailyUsage.objects.exists()


def test_its_sums_equal_its_events(team: Team) -> None:
    fill(*SMALL)
    assert list(differences(team)) == []


def test_a_second_time_replaces_the_first_and_is_the_same(team: Team) -> None:
    fill(*SMALL)
    before = set(UsageEvent.objects.values_list("timestamp_ms", "cost_cents"))
    fill(*SMALL)
    assert set(UsageEvent.objects.values_list("timestamp_ms", "cost_cents")) == before


def test_the_gauge_of_a_past_cycle_holds_all_that_its_people_used(team: Team) -> None:
    """Events without an e-mail are missing in a person's own events only."""
    fill(*SMALL)
    newest = SpendSnapshot.objects.newest_cycle(team)
    past = SpendSnapshot.objects.filter(cycle_start__lt=newest).latest("cycle_start")
    gauge = SpendSnapshot.objects.present(team, past.cycle_start).aggregate(
        Sum("included"), Sum("on_demand")
    )
    assert newest is not None
    events = UsageEvent.objects.filter(
        timestamp_ms__gte=past.cycle_start.timestamp() * 1000,
        timestamp_ms__lt=newest.timestamp() * 1000,
    )
    for kind in ("included", "on_demand"):
        spent = events.filter(kind=kind).aggregate(sum=Sum("cost_cents"))["sum"]
        assert gauge[f"{kind}__sum"] == (spent or Decimal(0))


def test_a_team_with_a_key_is_left_alone(team: Team) -> None:
    team.sync_key = "key_of_a_real_team"
    team.save()
    with pytest.raises(CommandError, match="has an Admin API key"):
        fill(*SMALL)
    assert not UsageEvent.objects.exists()


def test_a_team_with_synced_rows_is_left_alone(team: Team) -> None:
    factories.run(team, Stream.EVENTS, datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(CommandError, match="they stay"):
        fill(*SMALL)


@pytest.mark.parametrize("name", ["people", "days", "events"])
def test_a_number_below_one_is_refused_by_its_name(team: Team, name: str) -> None:
    with pytest.raises(CommandError, match=f"--{name}"):
        fill(f"--{name}", "0")


@settings(max_examples=50)
@given(
    people=st.integers(1, 30),
    days=st.integers(1, 40),
    events=st.integers(1, 3000),
    seed=st.integers(0, 9),
)
def test_a_plan_always_adds_up(people: int, days: int, events: int, seed: int) -> None:
    end = date(2026, 11, 20)
    start = date.fromordinal(end.toordinal() - days + 1)
    plan = Plan(cast(people, start, end, seed), start, end, events, seed)
    counts = list(plan.counts())
    assert [day for day, _ in counts] == plan.days
    assert sum(sum(found.values()) for _, found in counts) == events
