"""Which spans of time a sync has to fetch. Pure: days and milliseconds in and out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dashboard.adminapi.reading import day_of

DAY_MS = 86_400_000
ONE_DAY = timedelta(days=1)
# The vendor refreshes hourly; rows of the last minute may still be moving.
QUIET_MS = 60_000


@dataclass(frozen=True, order=True)
class Window:
    """A closed span: both milliseconds belong to it."""

    start_ms: int
    end_ms: int

    @property
    def days(self) -> list[date]:
        first, last = day_of(self.start_ms), day_of(self.end_ms)
        return [first + ONE_DAY * n for n in range((last - first).days + 1)]


@dataclass(frozen=True)
class Rhythm:
    """How a stream is fetched, in UTC days: `fresh` of the newest ones each time, at
    most `stride` older ones in one request, back to `reach`."""

    fresh: int
    stride: int
    reach: int


def day_start_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def span(first: date, last: date, now_ms: int) -> Window:
    """Whole days, cut a minute before now."""
    end = day_start_ms(last + ONE_DAY) - 1
    return Window(day_start_ms(first), min(end, now_ms - QUIET_MS))


def due(rhythm: Rhythm, now_ms: int, done: Iterable[Window]) -> list[Window]:
    """The fresh days one by one, then what is missing further back; newest first."""
    today = day_of(now_ms - QUIET_MS)
    have = covered_days(done)
    fresh = [today - ONE_DAY * n for n in range(rhythm.fresh)]
    older = (today - ONE_DAY * n for n in range(rhythm.fresh, rhythm.reach + 1))
    missing = [day for day in older if day not in have]
    windows = [span(day, day, now_ms) for day in fresh]
    windows += [span(run[-1], run[0], now_ms) for run in _runs(missing, rhythm.stride)]
    return [window for window in windows if window.start_ms <= window.end_ms]


def between(first: date, last: date, stride: int, now_ms: int) -> list[Window]:
    """All of the days asked for, newest first, none after now."""
    last = min(last, day_of(now_ms - QUIET_MS))
    days = [last - ONE_DAY * n for n in range((last - first).days + 1)]
    return [span(run[-1], run[0], now_ms) for run in _runs(days, stride)]


def covered_days(done: Iterable[Window]) -> set[date]:
    """Days that some window holds whole."""
    return {
        day
        for window in done
        for day in window.days
        if window.start_ms <= day_start_ms(day)
        and window.end_ms >= day_start_ms(day + ONE_DAY) - 1
    }


def _runs(days: list[date], longest: int) -> list[list[date]]:
    """Descending days cut into runs without a gap, of at most `longest` days."""
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][-1] - ONE_DAY == day and len(runs[-1]) < longest:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
