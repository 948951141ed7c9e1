"""Which days a page, a chart or a report is about.

Days are UTC dates and both ends are inclusive. A billing cycle is an instant to an
instant; as days it is from the one that it starts on until right before the one that
the next starts on, so that each day belongs to exactly one cycle and the cycles tile
the calendar.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.models import BillingCycle
from tokens.models import Team

DAY = timedelta(days=1)
PRESETS = {
    "cycle": _("This cycle"),
    "last-cycle": _("Last cycle"),
    "7d": _("7 days"),
    "30d": _("30 days"),
    "90d": _("90 days"),
    "month": _("This month"),
    "last-month": _("Last month"),
    "year": _("365 days"),
}
DAYS = {"7d": 7, "30d": 30, "90d": 90, "year": 365}


class BadInput(ValueError):
    """A query parameter that cannot be read; `field` is its name."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def one_of(field: str, allowed: Iterable[str]) -> str:
    """The sentence for a word that is none of those that a parameter takes."""
    return gettext("%(field)s must be one of %(allowed)s.") % {
        "field": field,
        "allowed": ", ".join(allowed),
    }


@dataclass(frozen=True)
class Period:
    """UTC days from `start` to `end`, both inclusive. `preset` is empty for a range
    that somebody typed."""

    start: date
    end: date
    preset: str = ""

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def name(self) -> str:
        return str(PRESETS.get(self.preset) or gettext("Own range"))

    def first(self, days: int) -> "Period":
        """Its first so many days; the whole when it is shorter."""
        days = max(1, min(days, len(self)))
        return Period(self.start, self.start + DAY * (days - 1))


@dataclass(frozen=True)
class Cycle:
    """A billing cycle. `known` is False when the vendor has not said when it starts
    and the calendar month stands in. `earlier`: the starts of those before it, the
    newest first, as far back as they are kept."""

    start: datetime
    end: datetime
    known: bool
    earlier: tuple[datetime, ...] = ()

    @property
    def period(self) -> Period:
        return Period(self.start.date(), self.end.date() - DAY, "cycle")

    def before(self) -> "Cycle":
        start, *earlier = self.earlier or (month_later(self.start, -1),)
        return Cycle(start, self.start, self.known, tuple(earlier))


def cycle_of(team: Team, now: datetime) -> Cycle:
    """The cycle that `now` falls in, counted on from the newest one that was said."""
    cycles = BillingCycle.objects.filter(team=team)
    kept = list(cycles.values_list("start", "is_said"))
    said = [start for start, is_said in kept if is_said and start <= now]
    newest = max(said, default=None)
    anchor = newest or datetime(now.year, now.month, 1, tzinfo=UTC)
    months = 0
    while month_later(anchor, months + 1) <= now:
        months += 1
    start, end = month_later(anchor, months), month_later(anchor, months + 1)
    earlier = tuple(s for s, _ in kept if s < start)
    return Cycle(start, end, newest is not None, earlier)


def month_later(instant: datetime, months: int) -> datetime:
    """The same day and time of another month, or that month's last day: a cycle that
    starts on the 31st starts on the 30th in November."""
    year, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last))


def midnight(day: date) -> datetime:
    """The instant at which a UTC day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def first_ms(instant: datetime) -> int:
    """The first whole Unix millisecond that is not before it."""
    return -((datetime(1970, 1, 1, tzinfo=UTC) - instant) // timedelta(milliseconds=1))


def parse(query: Mapping[str, str], cycle: Cycle, today: date) -> Period:
    """The period of a query string: `start` and `end`, else the preset `period`, else
    this cycle. One end alone leaves the other at the cycle's. Raises BadInput."""
    start, end = _date(query, "start"), _date(query, "end")
    if start is None and end is None:
        return preset(query.get("period") or "cycle", cycle, today)
    whole = cycle.period
    first = start or min(whole.start, end or whole.start)
    last = end or max(whole.end, first)
    if first > last:
        raise BadInput(
            "start",
            gettext("start (%(first)s) must not be after end (%(last)s).")
            % {"first": first, "last": last},
        )
    return Period(first, last)


def preset(name: str, cycle: Cycle, today: date) -> Period:
    month = today.replace(day=1)
    match name:
        case "cycle":
            return cycle.period
        case "last-cycle":
            return replace(cycle.before().period, preset=name)
        case "7d" | "30d" | "90d" | "year":
            return Period(today - DAY * (DAYS[name] - 1), today, name)
        case "month":
            days = monthrange(today.year, today.month)[1]
            return Period(month, today.replace(day=days), name)
        case "last-month":
            last = month - DAY
            return Period(last.replace(day=1), last, name)
    raise BadInput("period", one_of("period", PRESETS))


def comparable(period: Period, cycle: Cycle, today: date) -> Period | None:
    """The earlier days to compare a period with: as many as are over of it, from the
    start of the cycle or month before, else the days right before it. None while not
    one day is over, and where there is no earlier day."""
    gone = (min(period.end, today - DAY) - period.start).days + 1
    if gone < 1:
        return None
    if period == cycle.period:
        return cycle.before().period.first(gone)
    if period.preset == "last-cycle":
        return cycle.before().before().period.first(gone)
    if period.preset in ("month", "last-month"):
        last = period.start - DAY
        return Period(last.replace(day=1), last).first(gone)
    if gone > (period.start - date.min).days:
        return None
    return Period(period.start - DAY * gone, period.start - DAY)


def days_before(day: date, days: int) -> date:
    """The calendar's first day when there are not so many before it."""
    return day - DAY * min(days, (day - date.min).days)


def _date(query: Mapping[str, str], field: str) -> date | None:
    text = query.get(field, "").strip()
    return day(text, field) if text else None


def day(text: str, field: str) -> date:
    """Only `YYYY-MM-DD`: `fromisoformat` alone would take `20260101` and `2026-W01`."""
    try:
        if len(text) != 10 or text[4] != "-" or text[7] != "-":
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            field,
            gettext("%(field)s must be a date like 2026-01-31.") % {"field": field},
        ) from None
