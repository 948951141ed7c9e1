"""Weeks and months that the database puts together are those of the calendar."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from dashboard.grains import Grain
from dashboard.models import DayModel, LocalGroup
from dashboard.periods import DAY, Period
from dashboard.stats.sources import NO_GROUP
from dashboard.stats.ticks import TICKS
from dashboard.stats.usage import By, Only, usage, usage_by_group, usage_of
from tests import factories
from tokens.models import Team

ADA = "ada@example.com"
# Two new years, a leap day, and every weekday.
PERIOD = Period(date(2027, 12, 20), date(2029, 1, 8))


@pytest.fixture
def team(db: None) -> Team:
    team = factories.team()
    for number in range(0, len(PERIOD), 3):
        factories.rollup(
            team,
            PERIOD.start + DAY * number,
            f"{number}.00000001",
            email=(ADA, "bob@example.com")[number % 2],
            model=("opus", "gpt-5")[number % 4 > 1],
        )
    group = LocalGroup.objects.create(team=team, name="Platform")
    group.members.create(email=ADA, first_day=PERIOD.start)
    factories.add_up(team)
    return team


@pytest.mark.parametrize("grain", Grain, ids=str)
def test_each_day_is_of_the_week_and_month_that_it_is_of(
    team: Team, grain: Grain
) -> None:
    days = DayModel.objects.annotate(tick=TICKS[grain]).values_list("day", "tick")
    assert all(tick == grain.first(day) for day, tick in days)
    assert len(set(days)) > 120


@pytest.mark.parametrize("grain", [Grain.WEEK, Grain.MONTH], ids=str)
@pytest.mark.parametrize(
    "only",
    [Only(), Only(email=ADA), Only(group=NO_GROUP), Only(model="opus")],
    ids=str,
)
def test_sums_by_week_and_month_are_those_of_their_days(
    team: Team, only: Only, grain: Grain
) -> None:
    by = [By.DAY, By.MODEL]
    days: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for row in usage(team, PERIOD, by, only=only):
        assert row.day
        days[grain.first(row.day), row.model] += row.charged_cents
    found = usage(team, PERIOD, by, only=only, grain=grain)
    assert {(row.day, row.model): row.charged_cents for row in found} == days
    assert len(days) < len(PERIOD) / 3


def test_people_and_groups_are_put_together_too(team: Team) -> None:
    months = usage_of(team, PERIOD, [ADA], grain=Grain.MONTH)
    assert len(months) == 14
    groups = usage_by_group(team, PERIOD, [By.DAY], grain=Grain.MONTH)
    whole = usage(team, PERIOD, [By.DAY], grain=Grain.MONTH)
    parts = [row for rows in groups.values() for row in rows]
    for month in whole:
        cents = sum(row.charged_cents for row in parts if row.day == month.day)
        assert cents == month.charged_cents
