"""Active people by the day, over a week and a month, from both sources."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import rollups
from dashboard.models import DailyUsage
from dashboard.periods import Period
from dashboard.stats.active import Active, active
from tests import factories
from tokens.models import Team

FIRST = date(2026, 9, 1)
DAY = timedelta(days=1)


@pytest.fixture
def team(db: None) -> Team:
    """Ada has events on 1 and 30 September and 1 October; Bob is active on 15."""
    team = Team.objects.create(slug="acme", name="Acme")
    for day in (FIRST, date(2026, 9, 30), date(2026, 10, 1)):
        factories.rollup(team, day, email="ada@example.com")
    factories.rollup(team, FIRST, email="")
    for day, email, is_active in (
        (date(2026, 9, 15), "bob@example.com", True),
        (date(2026, 9, 16), "bob@example.com", False),
    ):
        DailyUsage.objects.create(
            team=team,
            day=day,
            email=email,
            is_active=is_active,
            synced_at=datetime(2026, 10, 1, tzinfo=UTC),
        )
    rollups.rebuild_activity(team, [date(2026, 9, 15), date(2026, 9, 16)])
    factories.add_up(team)
    return team


PERIOD = Period(date(2026, 9, 10), date(2026, 10, 2))


def test_both_sources_make_somebody_active_and_nobody_is_no_one(team: Team) -> None:
    found = active(team, PERIOD)
    assert found.within(PERIOD) == {"ada@example.com", "bob@example.com"}
    assert found.days("ada@example.com", PERIOD) == 2
    assert found.days("bob@example.com", PERIOD) == 1
    assert found.last("ada@example.com") == date(2026, 10, 1)
    assert found.last("nobody@example.com") is None
    assert found.on(date(2026, 9, 30)) == 1


def test_days_of_a_month_that_is_not_fresh_count_as_well(team: Team) -> None:
    whole = active(team, PERIOD)
    rollups.rebuild_activity(team, [date(2026, 9, 16)])
    from_days = active(team, PERIOD)
    assert from_days == whole


def test_a_rolling_week_ends_after_seven_days(team: Team) -> None:
    week = active(team, PERIOD).rolling(PERIOD, 7)
    days = [PERIOD.start + DAY * number for number in range(len(PERIOD))]
    by_day = dict(zip(days, week, strict=True))
    assert by_day[date(2026, 9, 14)] == 0
    assert by_day[date(2026, 9, 15)] == by_day[date(2026, 9, 21)] == 1
    assert by_day[date(2026, 9, 22)] == 0
    assert by_day[date(2026, 10, 2)] == 1


def test_a_rolling_month_reaches_back_before_the_period(team: Team) -> None:
    month = active(team, PERIOD).rolling(PERIOD, 30)
    assert month[0] == 1
    assert month[5] == 2


@given(
    days=st.lists(st.sets(st.integers(0, 70)), max_size=4),
    length=st.integers(1, 31),
)
def test_rolling_counts_equal_counting_by_hand(
    days: list[set[int]], length: int
) -> None:
    people = {
        f"{n}@example.com": sum(1 << d for d in own) for n, own in enumerate(days)
    }
    period = Period(FIRST + DAY * 31, FIRST + DAY * 70)
    found = Active(FIRST, people).rolling(period, length)
    assert found == [
        sum(any(day - length < d <= day for d in own) for own in days)
        for day in range(31, 71)
    ]
