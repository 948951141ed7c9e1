"""Which spans of time a sync has to fetch. Pure: days and milliseconds in and out.

Nothing remembers a schedule: what is due follows from when each day was last fetched
whole. The vendor changes costs for about a day, and once more when a billing cycle
closes, so a day is fetched again each hour while it is fresh, each night for a week,
each week while its cycle runs, and twice after the cycle's end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from dashboard.adminapi.reading import day_of

DAY_MS = 86_400_000
ONE_DAY = timedelta(days=1)
# The vendor refreshes hourly; rows of the last minute may still be moving.
QUIET_MS = 60_000
LATE_HOURS = timedelta(hours=3)
WEEK = timedelta(days=7)
AFTER_CYCLE = (timedelta(hours=24), timedelta(hours=72))
# So many days in a row without a row: the vendor's history ends here.
EMPTY_DAYS = 14


@dataclass(frozen=True, order=True)
class Window:
    """A closed span: both milliseconds belong to it."""

    start_ms: int
    end_ms: int

    @property
    def days(self) -> list[date]:
        first, last = day_of(self.start_ms), day_of(self.end_ms)
        return [first + ONE_DAY * n for n in range((last - first).days + 1)]

    def halves(self) -> "tuple[Window, Window] | None":
        """The newer half first; None when the window is a minute or less."""
        if self.end_ms - self.start_ms < QUIET_MS:
            return None
        middle = (self.start_ms + self.end_ms) // 2
        return Window(middle + 1, self.end_ms), Window(self.start_ms, middle)

    def day_halves(self) -> "tuple[Window, Window] | None":
        """The same between two days; None when it touches one day only."""
        days = self.days
        if len(days) < 2:
            return None
        middle = day_start_ms(days[len(days) // 2])
        return Window(middle, self.end_ms), Window(self.start_ms, middle - 1)


@dataclass(frozen=True)
class Rhythm:
    """How a stream is fetched, in UTC days: the `hourly` and `nightly` newest ones, in
    windows of at most `step` days; older ones in windows of `stride`, back to `reach`;
    with `cycles`, again while their billing cycle runs and after it."""

    hourly: int
    nightly: int
    step: int
    stride: int
    reach: int
    cycles: bool = False


@dataclass(frozen=True)
class Fetched:
    """A day that a window holds whole: when it was fetched, and if it had rows."""

    at: datetime
    empty: bool


def day_start_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def span(first: date, last: date, now_ms: int) -> Window:
    """Whole days, cut a minute before now."""
    end = day_start_ms(last + ONE_DAY) - 1
    return Window(day_start_ms(first), min(end, now_ms - QUIET_MS))


def due(
    rhythm: Rhythm,
    now: datetime,
    fetched: Mapping[date, Fetched],
    cycle_starts: Sequence[datetime] = (),
    zone: tzinfo = UTC,
) -> list[Window]:
    """What is to be fetched now, newest first; backfill is not in it. Nights are those
    of the zone; days are UTC."""
    now_ms = int(now.timestamp() * 1000)
    today = day_of(now_ms - QUIET_MS)
    oldest = today - ONE_DAY * max(rhythm.nightly, rhythm.reach)
    days = [today - ONE_DAY * n for n in range((today - oldest).days + 1)]
    wanted = [
        day
        for day in days
        if _is_due(rhythm, now, day, fetched.get(day), cycle_starts, zone)
    ]
    windows = [span(run[-1], run[0], now_ms) for run in _runs(wanted, rhythm.step)]
    return [window for window in windows if window.start_ms <= window.end_ms]


def _is_due(
    rhythm: Rhythm,
    now: datetime,
    day: date,
    last: Fetched | None,
    cycle_starts: Sequence[datetime],
    zone: tzinfo,
) -> bool:
    age = (day_of(int(now.timestamp() * 1000) - QUIET_MS) - day).days
    if age < rhythm.hourly or (age == rhythm.hourly and _late(now)):
        return True
    if age < rhythm.nightly:
        return last is None or last.at < _last_night(now, zone)
    if last is None or not rhythm.cycles:
        return False
    return last.at < _wanted_after(now, day, cycle_starts)


def _late(now: datetime) -> bool:
    """Soon after midnight yesterday's last hours are still coming in."""
    return now - now.replace(hour=0, minute=0, second=0, microsecond=0) < LATE_HOURS


def _last_night(now: datetime, zone: tzinfo) -> datetime:
    """Two o'clock where the team is."""
    local = now.astimezone(zone)
    night = local.replace(hour=2, minute=0, second=0, microsecond=0)
    return night if night <= now else night - ONE_DAY


def _wanted_after(
    now: datetime, day: date, cycle_starts: Sequence[datetime]
) -> datetime:
    """A day fetched before this instant is due again because of its billing cycle:
    weekly while the cycle runs, and twice after the cycle's end."""
    starts = sorted(cycle_starts)
    end = next((start for start in starts if start.date() >= day), None)
    marks = [end + late for late in AFTER_CYCLE] if end else []
    # The day on which a cycle starts belongs to both.
    runs = bool(starts) and day >= starts[-1].date()
    weekly = [now - WEEK] if runs or (end and end > now - AFTER_CYCLE[0]) else []
    return max([mark for mark in marks if mark <= now] + weekly, default=_NEVER)


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def backfill(
    rhythm: Rhythm,
    now: datetime,
    fetched: Mapping[date, Fetched],
    floor: date | None,
    history_from: date | None = None,
) -> list[Window]:
    """What was never fetched, in long windows, newest first, back to the floor.

    Without a floor it goes back as far as `reach`; either way it ends where the
    vendor's history does: at `history_from`, or after many empty days.
    """
    now_ms = int(now.timestamp() * 1000)
    today = day_of(now_ms - QUIET_MS)
    last = floor or today - ONE_DAY * rhythm.reach
    last = max(last, history_from or last)
    missing: list[date] = []
    empty = 0
    for n in range(rhythm.nightly, (today - last).days + 1):
        day = today - ONE_DAY * n
        known = fetched.get(day)
        if known is None:
            missing.append(day)
        empty = empty + 1 if known is not None and known.empty else 0
        if empty >= EMPTY_DAYS:
            break
    return [span(run[-1], run[0], now_ms) for run in _runs(missing, rhythm.stride)]


def between(first: date, last: date, stride: int, now_ms: int) -> list[Window]:
    """All of the days asked for, newest first, none after now."""
    last = min(last, day_of(now_ms - QUIET_MS))
    days = [last - ONE_DAY * n for n in range((last - first).days + 1)]
    return [span(run[-1], run[0], now_ms) for run in _runs(days, stride)]


def whole_days(window: Window) -> list[date]:
    """The days of a window that it holds from their first to their last millisecond."""
    return [
        day
        for day in window.days
        if window.start_ms <= day_start_ms(day)
        and window.end_ms >= day_start_ms(day + ONE_DAY) - 1
    ]


def covered_days(done: Iterable[Window]) -> set[date]:
    return {day for window in done for day in whole_days(window)}


def _runs(days: list[date], longest: int) -> list[list[date]]:
    """Descending days cut into runs without a gap, of at most `longest` days."""
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][-1] - ONE_DAY == day and len(runs[-1]) < longest:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
