"""How far away an instant is, and how long something took."""

from datetime import datetime, timedelta

from django import template
from django.utils.translation import gettext as _

from dashboard.writing import here

register = template.Library()


@register.filter
def away(value: datetime | None, now: datetime) -> str:
    """`4 min ago`, `in 56 min`, `just now`."""
    if value is None:
        return "–"
    if abs(value - now) < timedelta(seconds=45):
        return _("just now") if value <= now else _("any moment")
    said = _("%(length)s ago") if value < now else _("in %(length)s")
    return said % {"length": _rough(abs(value - now))}


def _rough(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    if minutes < 90:
        return here().length(minutes, "minute")
    hours = round(minutes / 60)
    if hours < 36:
        return here().length(hours, "hour")
    return here().length(round(hours / 24), "day")


@register.filter
def took(ended: datetime | None, started: datetime) -> str:
    """`0.4 sec`, `12 sec`, `3 min 20 sec`; a dash while it runs."""
    if ended is None:
        return "–"
    seconds = max(0.0, (ended - started).total_seconds())
    write = here().length
    if seconds < 10:
        return write(seconds, "second")
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        hours, minutes = divmod(minutes, 60)
        return f"{write(hours, 'hour')} {write(minutes, 'minute')}"
    if not minutes:
        return write(rest, "second")
    return f"{write(minutes, 'minute')} {write(rest, 'second')}"


@register.filter
def minutes(number: int) -> str:
    """`1 min`, `25 min`, `3 hr`."""
    if number >= 120:
        return here().length(round(number / 60), "hour")
    return here().length(number, "minute")
