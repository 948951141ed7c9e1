"""Everybody's numbers at once, from month tables and from days alike."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from dashboard import rollups
from dashboard.filters import Measure
from dashboard.grains import fitting
from dashboard.models import DailyUsage, EventKind, FreshMonth, LocalGroup
from dashboard.periods import Cycle, Period
from dashboard.stats.group_times import group_times
from dashboard.stats.roster import Somebody, Span, months_of, roster
from dashboard.stats.sources import EVERYTHING, NO_GROUP, Only
from dashboard.stats.sparks import sparks
from dashboard.stats.usage import By, spend, usage
from tests import factories
from tests.factories import DAY
from tokens.models import Team

TODAY = date(2026, 11, 20)
CYCLE = Cycle(
    datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), known=True
)
LONG = Period(date(2026, 8, 20), date(2026, 11, 25))
BEFORE = Period(date(2026, 5, 20), date(2026, 8, 19))


@pytest.fixture
def team(db: None) -> Team:
    """Ada uses it in every month; Bob only counts, in March; Eve is no member."""
    team = Team.objects.create(slug="acme", name="Acme")
    factories.member(team, "ada@x.org", name="Ada")
    factories.member(team, "bob@x.org", left_at=datetime.combine(TODAY, time(), UTC))
    for month in range(5, 12):
        factories.rollup(team, date(2026, month, 20), "10", email="ada@x.org")
    tokens = {"input_tokens": 5, "cache_read_tokens": 7}
    kind = EventKind.ON_DEMAND
    factories.rollup(
        team, TODAY - DAY, "3", email="ada@x.org", kind=kind, model="opus", **tokens
    )
    factories.rollup(team, date(2026, 9, 2), "4", email="eve@x.org")
    factories.rollup(team, date(2026, 9, 3), "6", email="")
    counted(team, "bob@x.org", date(2026, 3, 9), is_active=True)
    counted(team, "bob@x.org", date(2026, 3, 12), is_active=False)
    counted(team, "ada@x.org", date(2026, 9, 9), accepted_lines_added=100)
    counted(team, "ada@x.org", date(2026, 8, 19), accepted_lines_added=900)
    days = [row.day for row in DailyUsage.objects.all()]
    rollups.rebuild_activity(team, days)
    factories.add_up(team)
    return team


def counted(team: Team, email: str, day: date, **fields: object) -> None:
    synced = datetime.combine(TODAY, time(), UTC)
    given = {"is_active": False} | fields
    DailyUsage.objects.create(
        team=team, email=email, day=day, synced_at=synced, **given
    )


def of(
    team: Team,
    period: Period = LONG,
    before: Period | None = BEFORE,
    only: Only = EVERYTHING,
) -> dict[str, Somebody]:
    span = Span(period, before, CYCLE, TODAY)
    times = group_times(team)
    found = roster(team, span, only, times, months_of(team, span))
    return {one.email: one for one in found}


def test_everybody_is_there_also_who_left_or_has_no_seat(team: Team) -> None:
    found = of(team)
    assert set(found) == {"", "ada@x.org", "bob@x.org", "eve@x.org"}
    assert found[""].title == "Unattributed"
    assert not found["eve@x.org"].is_member
    assert not found["bob@x.org"].has_seat
    assert found["ada@x.org"].has_seat


def test_days_before_are_compared_with_days_that_are_over(team: Team) -> None:
    ada = of(team)["ada@x.org"]
    assert [ada.spend, ada.whole_days, ada.before] == [43, 33, 30]
    assert [ada.rise, ada.change] == [3, 10]
    assert ada.used.on_demand == 3
    assert ada.used.tokens == 12
    assert ada.lines == 100
    nobody_knows = of(team, before=None)["ada@x.org"]
    assert [nobody_knows.spend, nobody_knows.before] == [43, None]


@pytest.mark.parametrize("days", [1, 8, 40, 96, 200])
@pytest.mark.parametrize("only", [EVERYTHING, Only(model="opus"), Only(group=NO_GROUP)])
def test_all_people_together_are_the_teams_own_sum(
    team: Team, days: int, only: Only
) -> None:
    group = LocalGroup.objects.create(team=team, name="Platform")
    group.members.create(email="eve@x.org", first_day=date(2026, 9, 2))
    factories.regroup(team)
    period = Period(TODAY - DAY * (days - 1), TODAY)
    whole = spend(usage(team, period, [By.KIND], only=only))
    found = of(team, period, None, only).values()
    assert sum(one.spend for one in found) == whole.total
    assert sum(one.used.on_demand for one in found) == whole.on_demand
    assert sum(one.used.requests for one in found) == whole.events


def test_months_that_are_not_fresh_are_read_by_the_day(team: Team) -> None:
    by_months = of(team)
    FreshMonth.objects.all().delete()
    assert of(team) == by_months


def test_the_last_active_day_comes_from_both_sources(team: Team) -> None:
    found = {email: one.last_active for email, one in of(team).items()}
    assert found["ada@x.org"] == TODAY
    assert found["bob@x.org"] == date(2026, 3, 9)
    assert found["eve@x.org"] == date(2026, 9, 2)
    assert found[""] is None


def test_a_measure_picks_the_requests_that_are_counted(team: Team) -> None:
    only = Only(kind=Measure.ON_DEMAND.kind)
    ada = of(team, only=only)["ada@x.org"]
    assert [ada.spend, ada.used.requests] == [3, 1]
    assert ada.used.total == 43
    assert [ada.whole_days, ada.before] == [3, 0]


def test_a_groups_people_bring_the_days_on_which_they_were_in_it(team: Team) -> None:
    group = LocalGroup.objects.create(team=team, name="Platform")
    group.members.create(
        email="ada@x.org", first_day=date(2026, 9, 1), last_day=date(2026, 9, 30)
    )
    group.members.create(email="bob@x.org", first_day=date(2026, 12, 1))
    [ada] = of(team, only=Only(group=group.pk)).values()
    assert (ada.spend, ada.groups) == (Decimal(10), ("Platform",))
    rest = of(team, only=Only(group=NO_GROUP))
    assert rest["ada@x.org"].spend == 33
    always = Period(date(2026, 9, 5), date(2026, 9, 15))
    assert "ada@x.org" not in of(team, always, None, Only(group=NO_GROUP))


def test_it_asks_little_however_many_they_are(
    team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        of(team)


@pytest.mark.parametrize("fresh", [True, False])
def test_a_spark_adds_up_to_the_spend(team: Team, fresh: bool) -> None:
    if not fresh:
        FreshMonth.objects.all().delete()
    for days in (10, 90, 150, 300):
        period = Period(TODAY - DAY * (days - 1), TODAY)
        span = Span(period, None, CYCLE, TODAY)
        months = months_of(team, span).get(FreshMonth.Source.EVENTS, ())
        emails = ["ada@x.org", "bob@x.org"]
        times, grain = group_times(team), fitting(period)
        found = sparks(team, period, grain, emails, months, EVERYTHING, times)
        spend = of(team, period, None)["ada@x.org"].spend
        assert sum(found["ada@x.org"].values()) == spend > 0
        assert found["bob@x.org"] == {}
