"""How far away an instant is, and how long something took."""

from datetime import datetime, timedelta

from django import template

register = template.Library()


@register.filter
def away(value: datetime | None, now: datetime) -> str:
    """`4 min ago`, `in 56 min`, `just now`."""
    if value is None:
        return "–"
    if abs(value - now) < timedelta(seconds=45):
        return "just now" if value <= now else "any moment"
    length = _rough(abs(value - now))
    return f"{length} ago" if value < now else f"in {length}"


def _rough(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 36 else f"{round(hours / 24)} days"


@register.filter
def took(ended: datetime | None, started: datetime) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`; a dash while it runs."""
    if ended is None:
        return "–"
    seconds = max(0.0, (ended - started).total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@register.filter
def minutes(number: int) -> str:
    """`1 minute`, `25 minutes`, `3 hours`."""
    if number >= 120:
        return f"{round(number / 60)} hours"
    return f"{number} minute{'' if number == 1 else 's'}"
