"""Which days are fetched: pure dates in and out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.sync.windows import (
    EMPTY_DAYS,
    QUIET_MS,
    Fetched,
    Rhythm,
    Window,
    backfill,
    between,
    covered_days,
    day_start_ms,
    due,
    span,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOON = int(NOW.timestamp() * 1000)
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
RHYTHM = Rhythm(hourly=1, nightly=7, step=1, stride=7, reach=30, cycles=True)
RECENT = [TODAY - DAY * n for n in range(1, 31)]


def fetched(at: datetime, days: list[date] = RECENT) -> dict[date, Fetched]:
    return {day: Fetched(at, empty=False) for day in days}


def days_of(windows: list[Window]) -> list[date]:
    return [day for window in windows for day in window.days]


def test_a_first_sync_takes_the_newest_week_a_day_at_a_time() -> None:
    windows = due(RHYTHM, NOW, {})
    assert windows[0] == Window(day_start_ms(TODAY), NOON - QUIET_MS)
    assert days_of(windows) == [TODAY - DAY * n for n in range(7)]


def test_the_backfill_takes_the_rest_in_long_windows_newest_first() -> None:
    windows = backfill(RHYTHM, NOW, {}, None)
    assert days_of(windows)[0] == TODAY - 13 * DAY
    assert {day for w in windows for day in w.days} == {
        TODAY - DAY * n for n in range(7, 31)
    }
    assert windows == sorted(windows, reverse=True)
    assert all(len(window.days) <= 7 for window in windows)


def test_an_hour_later_only_today_is_due() -> None:
    assert days_of(due(RHYTHM, NOW, fetched(NOW - timedelta(hours=1)))) == [TODAY]


def test_soon_after_midnight_yesterday_is_due_too() -> None:
    early = NOW.replace(hour=1)
    done = fetched(early - timedelta(hours=1))
    assert days_of(due(RHYTHM, early, done)) == [TODAY, TODAY - DAY]


def test_each_night_the_last_week_is_due_again() -> None:
    before_two = NOW.replace(hour=1, minute=59)
    assert days_of(due(RHYTHM, NOW, fetched(before_two)))[1:] == RECENT[:6]
    after_two = NOW.replace(hour=2, minute=1)
    assert days_of(due(RHYTHM, NOW, fetched(after_two))) == [TODAY]


def test_the_night_is_the_teams_own() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")  # two o'clock is 17:00 UTC of the day before
    night = (NOW - DAY).replace(hour=17)
    before, after = (fetched(night + n * timedelta(minutes=1)) for n in (-1, 1))
    assert days_of(due(RHYTHM, NOW, before, zone=tokyo))[1:] == RECENT[:6]
    assert days_of(due(RHYTHM, NOW, after, zone=tokyo)) == [TODAY]


def test_each_week_the_running_cycle_is_due_again() -> None:
    start = datetime(2026, 11, 12, 12, 8, 4, tzinfo=UTC)
    done = fetched(NOW.replace(hour=3)) | fetched(
        NOW - timedelta(days=7, hours=1), RECENT[7:]
    )
    again = days_of(due(RHYTHM, NOW, done, [start]))
    assert again[1:] == [TODAY - DAY * n for n in range(8, 12)]


@pytest.mark.parametrize(("hours", "is_due"), [(23, False), (25, True), (73, True)])
def test_a_closed_cycle_is_due_a_day_and_three_days_after_its_end(
    hours: int, is_due: bool
) -> None:
    end = NOW - timedelta(hours=hours)
    day = end.date() - 15 * DAY
    done = fetched(NOW - timedelta(minutes=5)) | fetched(end, [day])
    assert (day in days_of(due(RHYTHM, NOW, done, [end]))) is is_due


def test_a_gap_is_filled_by_the_backfill() -> None:
    gap = TODAY - 20 * DAY
    done = fetched(NOW, [day for day in RECENT if day != gap])
    assert days_of(backfill(RHYTHM, NOW, done, None)) == [gap]


def test_a_backfill_ends_where_the_history_does() -> None:
    floor = TODAY - 400 * DAY
    known = [TODAY - DAY * n for n in range(1, 50)]
    empty = [TODAY - DAY * n for n in range(50, 50 + EMPTY_DAYS)]
    done = fetched(NOW, known)
    assert backfill(RHYTHM, NOW, done, floor)
    done |= {day: Fetched(NOW, empty=True) for day in empty}
    assert backfill(RHYTHM, NOW, done, floor) == []


def test_a_day_that_was_cut_is_not_complete() -> None:
    assert covered_days([span(TODAY, TODAY, NOON)]) == set()
    assert covered_days([span(TODAY, TODAY, NOON + 86_400_000)]) == {TODAY}


def test_days_asked_for_are_a_hard_floor_and_end_before_now() -> None:
    windows = between(date(2026, 11, 1), date(2027, 1, 1), 7, NOON)
    assert min(windows).start_ms == day_start_ms(date(2026, 11, 1))
    assert max(windows).end_ms == NOON - QUIET_MS


@given(st.integers(0, 10**13), st.integers(QUIET_MS, 10**9))
def test_halves_are_the_whole_without_a_shared_millisecond(
    start: int, length: int
) -> None:
    window = Window(start, start + length)
    halves = window.halves()
    assert halves is not None
    newer, older = halves
    assert (older.start_ms, newer.end_ms) == (window.start_ms, window.end_ms)
    assert older.end_ms + 1 == newer.start_ms
    assert Window(start, start + QUIET_MS - 1).halves() is None


@given(st.sets(st.integers(0, 30)), st.integers(1, 9))
def test_every_day_is_fetched_or_done_and_none_twice(
    done_days: set[int], stride: int
) -> None:
    rhythm = Rhythm(hourly=1, nightly=7, step=1, stride=stride, reach=30)
    done = fetched(NOW, [TODAY - DAY * n for n in done_days])
    windows = due(rhythm, NOW, done) + backfill(rhythm, NOW, done, None)
    todo = days_of(windows)
    assert len(todo) == len(set(todo))
    assert set(todo) | done.keys() == {TODAY, *RECENT}
    ends = sorted(windows)
    for left, right in zip(ends, ends[1:], strict=False):
        assert left.end_ms < right.start_ms
