"""The cycle's outlook: settled days only, the cycle's instants, never too little."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dashboard.periods import Cycle
from dashboard.stats.outlook import outlook, places

START = datetime(2026, 11, 9, 12, tzinfo=UTC)
CYCLE = Cycle(START, datetime(2026, 12, 9, 12, tzinfo=UTC), known=True)
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
SINCE = date(2026, 8, 1)


def every_day(cents: int, until: date = TODAY) -> dict[date, Decimal]:
    return {SINCE + DAY * n: Decimal(cents) for n in range((until - SINCE).days)}


def test_an_even_team_comes_to_its_days() -> None:
    """Thirty days from noon to noon."""
    spent = Decimal(1450)
    found = outlook(CYCLE, TODAY, spent, every_day(100), SINCE)
    assert found
    assert float(found.end.cents) == pytest.approx(3000, rel=0.02)
    assert found.end.low <= found.end.cents <= found.end.high


def test_days_that_still_change_are_foretold() -> None:
    """Yesterday is nearly empty so far: that is no news yet."""
    days = every_day(100)
    days[TODAY - DAY] = Decimal(1)
    found = outlook(CYCLE, TODAY, Decimal(1350), days, SINCE)
    assert found and float(found.end.cents) == pytest.approx(3000, rel=0.03)


def test_a_cycle_comes_to_no_less_than_it_has() -> None:
    found = outlook(CYCLE, TODAY, Decimal(10**6), every_day(100), SINCE)
    assert found and found.end.low >= 10**6


def test_too_little_history_has_no_outlook() -> None:
    late = TODAY - DAY * 10
    assert outlook(CYCLE, TODAY, Decimal(100), every_day(100), late) is None


def test_the_first_day_of_a_cycle_has_an_outlook() -> None:
    """The days that are not settled then are another cycle's."""
    today = START.date()
    found = outlook(CYCLE, today, Decimal(50), every_day(100, today), SINCE)
    assert found and float(found.end.cents) == pytest.approx(3000, rel=0.05)


def test_a_day_has_its_place_in_its_own_cycle() -> None:
    days = [date(2026, 10, 9), date(2026, 11, 8), date(2026, 11, 9)]
    assert places(CYCLE, days) == [0, 30, 0]
