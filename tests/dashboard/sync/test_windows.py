"""Which days are fetched: pure dates in and out."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboard.sync.windows import (
    QUIET_MS,
    Rhythm,
    Window,
    between,
    covered_days,
    day_start_ms,
    due,
    span,
)

NOON = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
TODAY = date(2026, 11, 23)
RHYTHM = Rhythm(fresh=2, stride=7, reach=30)


def test_a_first_sync_takes_today_first_and_reaches_back() -> None:
    windows = due(RHYTHM, NOON, [])
    assert windows[0] == Window(day_start_ms(TODAY), NOON - QUIET_MS)
    assert windows[1].days == [TODAY - timedelta(days=1)]
    assert windows[-1].days[0] == TODAY - timedelta(days=30)
    assert all(len(window.days) <= 7 for window in windows)


def test_what_is_complete_is_not_fetched_again_but_the_fresh_days_are() -> None:
    done = due(RHYTHM, NOON, [])
    assert due(RHYTHM, NOON, done) == done[:2]


def test_a_gap_is_filled() -> None:
    done = [w for w in due(RHYTHM, NOON, []) if date(2026, 11, 10) not in w.days]
    again = due(RHYTHM, NOON, done)
    assert date(2026, 11, 10) in again[2].days
    assert len(again) == 3


def test_a_day_that_was_cut_is_not_complete() -> None:
    assert covered_days([span(TODAY, TODAY, NOON)]) == set()
    assert covered_days([span(TODAY, TODAY, NOON + 86_400_000)]) == {TODAY}


def test_neighbouring_windows_share_no_millisecond() -> None:
    windows = sorted(due(RHYTHM, NOON, []))
    for left, right in zip(windows, windows[1:], strict=False):
        assert left.end_ms + 1 == right.start_ms


def test_days_asked_for_are_a_hard_floor_and_end_before_now() -> None:
    windows = between(date(2026, 11, 1), date(2027, 1, 1), 7, NOON)
    assert min(windows).start_ms == day_start_ms(date(2026, 11, 1))
    assert max(windows).end_ms == NOON - QUIET_MS


@given(st.sets(st.integers(0, 30)), st.integers(1, 9))
def test_every_day_is_due_or_done(done_days: set[int], stride: int) -> None:
    done = [span(d, d, NOON) for d in (TODAY - timedelta(days=n) for n in done_days)]
    windows = due(Rhythm(2, stride, 30), NOON, done)
    fetched = {day for window in windows for day in window.days}
    whole = {TODAY - timedelta(days=n) for n in range(31)}
    assert fetched | covered_days(done) == whole
    assert len(fetched) == sum(len(window.days) for window in windows)
