"""The tables of sums: what each holds, and that a wrong one is found."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Model

from dashboard import rollups
from dashboard.models import (
    DailyUsage,
    DataVersion,
    DayFacet,
    DayGroup,
    DayModel,
    DayOrigin,
    DayPerson,
    FreshMonth,
    LocalGroup,
    MonthActivity,
    MonthGroup,
    MonthPerson,
    MonthRollup,
    QuarterHour,
    TeamDay,
    UsageRollup,
)
from dashboard.verifying import differences
from tests import factories
from tokens.models import Team

FIRST, SECOND = date(2026, 11, 2), date(2026, 11, 20)
DAILY = FreshMonth.Source.DAILY


@pytest.fixture
def team(db: None) -> Team:
    """Ada and Bob on two days of November, with Ada in a group from the second on."""
    team = Team.objects.create(slug="acme", name="Acme")
    group = LocalGroup.objects.create(team=team, name="Platform")
    group.members.create(email="ada@example.com", first_day=SECOND)
    for day, email, cents in (
        (FIRST, "ada@example.com", "1.25"),
        (SECOND, "ada@example.com", "2"),
        (SECOND, "ada@example.com", None),
        (SECOND, "bob@example.com", "40.16699999"),
    ):
        factories.event(
            team, day=day, cents=cents, email=email, is_headless=cents == "2"
        )
    for day, email in ((FIRST, "ada@example.com"), (SECOND, "bob@example.com")):
        daily(team, day, email)
    with transaction.atomic():
        rollups.rebuild(team, [FIRST, SECOND])
        rollups.rebuild_activity(team, [FIRST, SECOND])
    rollups.refresh_months(team)
    return team


def daily(team: Team, day: date, email: str, is_active: bool = True) -> None:
    DailyUsage.objects.create(
        team=team,
        day=day,
        email=email,
        is_active=is_active,
        total_accepts=3,
        client_version="2.0.1",
        synced_at=datetime(2026, 11, 20, tzinfo=UTC),
    )


def test_every_table_equals_its_source(team: Team) -> None:
    assert list(differences(team)) == []


def test_a_person_counts_to_the_group_that_they_are_in_on_the_day(team: Team) -> None:
    [row] = DayGroup.objects.all()
    assert (row.day, row.charged_cents, row.events) == (SECOND, Decimal(2), 2)


def test_a_longer_time_in_the_group_moves_the_earlier_money_into_it(team: Team) -> None:
    group = LocalGroup.objects.get()
    group.members.update(first_day=FIRST)
    factories.regroup(team)
    total = sum(row.charged_cents for row in DayGroup.objects.all())
    assert total == Decimal("3.25")
    assert list(differences(team)) == []


def test_a_month_has_a_bit_for_each_day_with_events(team: Team) -> None:
    ada = MonthPerson.objects.get(email="ada@example.com")
    assert ada.days == 1 << (FIRST.day - 1) | 1 << (SECOND.day - 1)
    assert ada.charged_cents == Decimal("3.25")


def test_a_month_has_a_bit_for_each_active_day(team: Team) -> None:
    daily(team, SECOND, "ada@example.com", is_active=False)
    rollups.rebuild_activity(team, [SECOND])
    rollups.refresh_months(team)
    ada = MonthActivity.objects.get(email="ada@example.com")
    assert ada.days == 1 << (FIRST.day - 1)
    assert ada.total_accepts == 6


def test_a_touched_day_leaves_its_month_to_be_summed_again(team: Team) -> None:
    rollups.rebuild(team, [FIRST])
    assert list(FreshMonth.objects.values_list("source", flat=True)) == [DAILY]
    assert rollups.refresh_months(team) == 1
    assert rollups.refresh_months(team) == 0
    assert list(differences(team)) == []


def test_days_name_the_people_of_each_version(team: Team) -> None:
    facets = DayFacet.objects.filter(facet="client_version")
    assert [(f.day, f.value, f.people) for f in facets] == [
        (FIRST, "2.0.1", 1),
        (SECOND, "2.0.1", 1),
    ]


def test_a_day_counts_people_and_not_what_nobody_is_named_for(team: Team) -> None:
    daily(team, SECOND, "")
    rollups.rebuild_activity(team, [SECOND])
    day = TeamDay.objects.get(day=SECOND)
    assert (day.people, day.active, day.total_accepts) == (1, 1, 6)


def test_each_change_makes_a_new_version_of_the_data(team: Team) -> None:
    before = DataVersion.objects.get(team=team).number
    rollups.rebuild(team, [FIRST])
    assert DataVersion.objects.get(team=team).number == before + 1


@pytest.mark.parametrize(
    "table",
    [
        UsageRollup,
        DayModel,
        DayPerson,
        DayOrigin,
        DayGroup,
        QuarterHour,
        MonthRollup,
        MonthPerson,
        MonthGroup,
    ],
)
def test_a_wrong_sum_of_events_is_found_and_repaired(
    team: Team, table: type[Model]
) -> None:
    table._default_manager.update(charged_cents=Decimal("0.00000001"))
    found_and_repaired(team)


@pytest.mark.parametrize("table", [TeamDay, DayFacet, MonthActivity])
def test_a_missing_sum_of_the_counters_is_found_and_repaired(
    team: Team, table: type[Model]
) -> None:
    table._default_manager.all().delete()
    found_and_repaired(team)


def found_and_repaired(team: Team) -> None:
    assert list(differences(team))
    rollups.rebuild_all(team)
    assert not list(differences(team))
