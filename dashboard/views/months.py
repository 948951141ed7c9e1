"""Pages about one calendar month: which one is asked for, and which there are."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from dashboard.filters import Filters
from dashboard.periods import DAY, BadInput, Period, day
from dashboard.templatetags.figures import month as written
from dashboard.views.asked import Asked
from dashboard.views.picker import Choice

# As many as a menu can hold; older ones are asked for by the address.
MOST = 36


@dataclass(frozen=True)
class Month:
    """`number`: as in an address, `2026-10`. `is_over`: no day of it is still to come.
    `before` and `after`: empty where there is none."""

    period: Period
    choices: list[Choice]
    is_over: bool
    before: str
    after: str

    @property
    def number(self) -> str:
        return numbered(self.period.start)


def in_month(asked: Asked, query: Mapping[str, str]) -> tuple[Asked, Month]:
    """The same question about all of the team in that month; by default the last one
    that is over, where its usage is known."""
    first = _first(query.get("month", "").strip()) or _usual(asked)
    period = _whole(first)
    filters = Filters(period, chosen_grain=asked.filters.chosen_grain)
    month = Month(
        period,
        _choices(asked, first),
        period.end < asked.today,
        numbered(first - DAY) if first > date.min else "",
        numbered(period.end + DAY) if period.end < asked.today else "",
    )
    return replace(asked, filters=filters, group=None), month


def numbered(first: date) -> str:
    return first.isoformat()[:7]


def _first(text: str) -> date | None:
    """The first day of a month like 2026-01."""
    try:
        return day(f"{text}-01", "month") if text else None
    except BadInput:
        raise BadInput("month", _("month must be a month like 2026-01.")) from None


def _usual(asked: Asked) -> date:
    this = asked.today.replace(day=1)
    last = this - DAY
    covered = asked.covered
    is_known = covered is not None and covered.since.date() <= last
    return last.replace(day=1) if is_known else this


def _whole(first: date) -> Period:
    return Period(first, first.replace(day=monthrange(first.year, first.month)[1]))


def _choices(asked: Asked, chosen: date) -> list[Choice]:
    """The newest first, back to the first with usage."""
    since = asked.covered.since.date() if asked.covered else asked.today
    months = [asked.today.replace(day=1)]
    while months[-1] > since and len(months) < MOST:
        months.append((months[-1] - DAY).replace(day=1))
    if chosen not in months:
        months = sorted([*months, chosen], reverse=True)
    return [Choice(numbered(m), written(m), m == chosen) for m in months]
