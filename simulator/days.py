"""UTC days as whole numbers since 1970, working days, and billing cycles."""

import datetime as dt
import time

DAY_MS = 86_400_000
_EPOCH = dt.date(1970, 1, 1).toordinal()

# A cycle starts at an instant of a day, not at midnight and not on the 1st.
CYCLE_DAY = 12
CYCLE_TIME_MS = ((12 * 60 + 8) * 60 + 4) * 1000

_HOLIDAYS = {(1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)}


class Clock:
    """Milliseconds since 1970; real time until a test or a person sets it."""

    def __init__(self, now_ms: int | None = None) -> None:
        self.fixed: int | None = now_ms

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 if self.fixed is None else self.fixed


def day_of(at_ms: int) -> int:
    return at_ms // DAY_MS


def date_of(day: int) -> dt.date:
    return dt.date.fromordinal(day + _EPOCH)


def day_from(date: dt.date) -> int:
    return date.toordinal() - _EPOCH


def iso(day: int) -> str:
    return date_of(day).isoformat()


def busyness(day: int) -> float:
    """How much of a normal day's work is done on this day."""
    date = date_of(day)
    if (date.month, date.day) in _HOLIDAYS or _is_team_day_off(date):
        return 0.03
    if date.weekday() >= 5:
        return 0.12
    return 0.85 if date.weekday() == 4 else 1.0


def _is_team_day_off(date: dt.date) -> bool:
    second_friday = date.weekday() == 4 and 8 <= date.day <= 14
    return second_friday and date.month % 2 == 1


def cycle_start(at_ms: int) -> int:
    """The instant at which the billing cycle that holds `at_ms` began."""
    date = date_of(day_of(at_ms))
    anchor = _anchor(date.year, date.month)
    if anchor <= at_ms:
        return anchor
    before = date.replace(day=1) - dt.timedelta(days=1)
    return _anchor(before.year, before.month)


def cycle_end(at_ms: int) -> int:
    """The instant at which the next billing cycle begins."""
    start = date_of(day_of(cycle_start(at_ms)))
    after = start.replace(day=1) + dt.timedelta(days=32)
    return _anchor(after.year, after.month)


def _anchor(year: int, month: int) -> int:
    day = day_from(dt.date(year, month, CYCLE_DAY))
    return day * DAY_MS + CYCLE_TIME_MS
