"""Sums over months and days are those of the days alone."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.models import EventKind, FreshMonth
from dashboard.periods import DAY, Period
from dashboard.stats.rows import By
from dashboard.stats.spans import between, fresh_months
from dashboard.stats.usage import FEW, Only, UsageRow, usage, usage_of
from tests import factories
from tokens.models import Team

YEAR = Period(date(2025, 11, 24), date(2026, 11, 23))
BYS = [[By.MEMBER], [By.MEMBER, By.KIND], [By.MEMBER, By.MODEL], [By.MODEL]]
ONLYS = [
    Only(),
    Only(kind="on_demand"),
    Only(email="ada@example.com"),
    Only(model="opus"),
]


@pytest.fixture
def team(db: None) -> Team:
    team = factories.team()
    for number in range(0, 400, 9):
        factories.rollup(
            team,
            YEAR.end - DAY * number,
            f"{number}.00000001",
            email=("ada@example.com", "bob@example.com", "")[number % 3],
            model=("opus", "gpt-5")[number % 2],
            kind=(EventKind.INCLUDED, EventKind.ON_DEMAND)[number % 2],
            input_tokens=number,
        )
    factories.add_up(team)
    return team


def by_days(team: Team, period: Period, by: list[By], only: Only) -> list[UsageRow]:
    FreshMonth.objects.filter(team=team).delete()
    return usage(team, period, by, only=only)


@pytest.mark.parametrize("only", ONLYS, ids=str)
@pytest.mark.parametrize("by", BYS, ids=str)
def test_months_and_edges_sum_to_the_days(team: Team, by: list[By], only: Only) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = usage(team, YEAR, by, only=only)
    needs_person = By.MEMBER in by or only.email is not None
    assert any("_month" in q["sql"] for q in asked) is needs_person
    assert found == by_days(team, YEAR, by, only)
    assert found


def test_a_month_that_is_not_fresh_is_summed_from_its_days(team: Team) -> None:
    before = usage(team, YEAR, [By.MEMBER])
    FreshMonth.objects.filter(month=date(2026, 3, 1)).delete()
    assert usage(team, YEAR, [By.MEMBER]) == before
    factories.rollup(team, date(2026, 3, 5), "1000", email="new@example.com")
    found = {r.email: r for r in usage(team, YEAR, [By.MEMBER])}
    assert found["new@example.com"].charged_cents == Decimal(1000)


def test_only_whole_months_are_taken(team: Team) -> None:
    months = fresh_months(team, [YEAR])
    assert (months[0], months[-1]) == (date(2025, 12, 1), date(2026, 10, 1))
    assert fresh_months(team, [Period(date(2026, 10, 1), date(2026, 10, 30))]) == []
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    assert fresh_months(team, [october]) == [date(2026, 10, 1)]
    assert between(october, [date(2026, 10, 1)]) == []


def test_edges_and_holes_are_the_days_between(team: Team) -> None:
    months = [date(2025, 12, 1), date(2026, 2, 1)]
    assert between(YEAR, months) == [
        Period(date(2025, 11, 24), date(2025, 11, 30)),
        Period(date(2026, 1, 1), date(2026, 1, 31)),
        Period(date(2026, 3, 1), date(2026, 11, 23)),
    ]


@pytest.mark.parametrize(
    "period",
    [
        Period(date.min, date.max),
        Period(date.max, date.max),
        Period(date.min, date.min),
    ],
    ids=str,
)
def test_any_length_of_time_is_summed(team: Team, period: Period) -> None:
    by = [By.MEMBER]
    assert usage(team, period, by) == by_days(team, period, by, Only())


def test_many_people_are_summed_by_months_as_everybody_is(team: Team) -> None:
    many = ["ada@example.com", *(f"{number}@example.com" for number in range(FEW))]
    by = [By.MEMBER, By.KIND]
    with CaptureQueriesContext(connection) as asked:
        found = usage_of(team, YEAR, many, by, only=Only(model="opus"))
    assert any("_month" in q["sql"] for q in asked)
    everybody = by_days(team, YEAR, by, Only(model="opus"))
    assert found == [row for row in everybody if row.email in many]
    assert found
