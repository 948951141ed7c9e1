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
    MonthGroup,
    MonthPerson,
    MonthRollup,
    PersonMonth,
    QuarterHour,
    TeamDay,
    UsageRollup,
)
from dashboard.verifying import differences
from tests import factories
from tokens.models import Team

FIRST, SECOND = date(2026, 11, 2), date(2026, 11, 20)


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


def test_a_persons_month_has_a_bit_for_each_active_day_of_either_source(
    team: Team,
) -> None:
    """A day counts once, with two kinds of events and counters on it as well."""
    factories.event(team, day=SECOND, email="ada@example.com", kind="included")
    daily(team, SECOND, "ada@example.com")
    third, fourth = date(2026, 11, 21), date(2026, 11, 22)
    daily(team, third, "ada@example.com")
    daily(team, fourth, "ada@example.com", is_active=False)
    rollups.rebuild(team, [SECOND])
    rollups.rebuild_activity(team, [SECOND, third, fourth])
    rollups.refresh_months(team)
    ada = PersonMonth.objects.get(email="ada@example.com")
    assert ada.days == sum(1 << day.day - 1 for day in (FIRST, SECOND, third))
    assert ada.last_active == third


def test_a_persons_month_has_the_sums_of_all_kinds_and_of_the_two_that_cost(
    team: Team,
) -> None:
    for kind, cents in (("on_demand", "7"), ("free", "0.5")):
        factories.event(
            team, day=FIRST, email="ada@example.com", kind=kind, cents=cents
        )
    rollups.rebuild(team, [FIRST])
    rollups.refresh_months(team)
    days = DayPerson.objects.filter(email="ada@example.com")
    ada = PersonMonth.objects.get(email="ada@example.com")
    assert ada.charged_cents == sum(row.charged_cents for row in days)
    assert (ada.on_demand_cents, ada.included_cents) == (7, Decimal("3.25"))
    assert ada.events == 5
    assert ada.requests_costs == sum(row.requests_costs for row in days)
    assert ada.tokens == sum(
        row.input_tokens
        + row.output_tokens
        + row.cache_write_tokens
        + row.cache_read_tokens
        for row in days
    )


def test_who_was_never_active_in_a_month_has_no_last_day(team: Team) -> None:
    daily(team, SECOND, "eve@example.com", is_active=False)
    rollups.rebuild_activity(team, [SECOND])
    rollups.refresh_months(team)
    eve = PersonMonth.objects.get(email="eve@example.com")
    assert (eve.days, eve.last_active) == (0, None)


@pytest.mark.parametrize(
    ("touched", "left"), [("events", []), ("counters", ["events"])]
)
def test_a_touched_day_leaves_its_month_to_be_summed_again(
    team: Team, touched: str, left: list[str]
) -> None:
    build = {"events": rollups.rebuild, "counters": rollups.rebuild_activity}
    build[touched](team, [FIRST])
    assert list(FreshMonth.objects.values_list("source", flat=True)) == left
    assert rollups.refresh_months(team) == 2 - len(left)
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
        PersonMonth,
    ],
)
def test_a_wrong_sum_of_events_is_found_and_repaired(
    team: Team, table: type[Model]
) -> None:
    table._default_manager.update(charged_cents=Decimal("0.00000001"))
    found_and_repaired(team)


@pytest.mark.parametrize("table", [TeamDay, DayFacet, PersonMonth])
def test_a_missing_sum_of_the_counters_is_found_and_repaired(
    team: Team, table: type[Model]
) -> None:
    table._default_manager.all().delete()
    found_and_repaired(team)


def found_and_repaired(team: Team) -> None:
    assert list(differences(team))
    rollups.rebuild_all(team)
    assert not list(differences(team))
