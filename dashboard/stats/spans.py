"""Sums over a long time: its whole months from the table of months, the days at its
edges (and of months that are not fresh) from the table of days, in one statement."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from functools import reduce
from operator import add, or_
from typing import Any

from django.db.models import Q, QuerySet, Sum

from dashboard.models import FreshMonth
from dashboard.periods import DAY, Period
from dashboard.stats.sources import Only, Source, month_rows, rows
from tokens.models import Team

# With fewer days there is no whole month.
SHORTEST = 28


def summed(
    team: Team,
    period: Period,
    source: Source,
    dimensions: Sequence[str],
    measures: Sequence[str],
    only: Only,
    who: Q,
) -> list[dict[str, Any]]:
    """Dicts of dimensions (but the day) and measures, of some people or of all, in one
    statement. Each part is summed on its own: to fold a few thousand sums here costs
    less than to have all rows sorted together there."""
    months = fresh_months(team, [period]) if source.months else []
    days = rows(source.days, team, period, only)
    sums = {f"sum_{name}": Sum(name) for name in measures}
    found = []
    for part in parts(source, days, team, period, months, only):
        keyed = part.filter(who).order_by().values(*dimensions).annotate(**sums)
        found.append(keyed.values_list(*dimensions, *sums))
    folded: dict[tuple[Any, ...], Sequence[Any]] = {}
    for row in found[0].union(*found[1:], all=True):
        key, values = row[: len(dimensions)], row[len(dimensions) :]
        known = folded.get(key)
        folded[key] = list(map(add, known, values)) if known else values
    names = (*dimensions, *measures)
    return [
        dict(zip(names, (*key, *values), strict=True)) for key, values in folded.items()
    ]


def parts(
    source: Source,
    days: QuerySet[Any],
    team: Team,
    period: Period,
    fresh: Sequence[date],
    only: Only,
) -> Iterator[QuerySet[Any]]:
    """The rows of the period's whole months, and those of `days` that are its others.
    Of a group there are no months: who is in it may change on any day."""
    months: list[date] = []
    if source.months and only.group is None:
        months = whole_months(period, fresh)
    if source.months and months:
        yield month_rows(source.months, team, months, only)
    edges = [Q(day__range=(e.start, e.end)) for e in between(period, months)]
    if edges:
        yield days.filter(reduce(or_, edges))


def fresh_months(team: Team, periods: Sequence[Period]) -> list[date]:
    """The whole months of the periods that the table of months holds, oldest first. No
    query where no period holds a whole month."""
    long = [period for period in periods if _holds_a_month(period)]
    if not long:
        return []
    found = FreshMonth.objects.filter(
        team=team,
        source=FreshMonth.Source.EVENTS,
        month__gte=min(period.start for period in long),
        month__lte=max(period.end for period in long),
    )
    months = found.order_by("month").values_list("month", flat=True)
    return [m for m in months if any(_is_inside(m, period) for period in long)]


def whole_months(period: Period, months: Sequence[date]) -> list[date]:
    """Those of these months that lie in the period with all their days."""
    return [month for month in months if _is_inside(month, period)]


def with_days_to_come(period: Period, today: date) -> Period:
    """Until the end of the month where it holds today: nothing was used on days that
    are to come, and so this month can be read as a whole one."""
    if period.end < today:
        return period
    return Period(period.start, max(period.end, _last_day(today)))


def between(period: Period, months: Sequence[date]) -> list[Period]:
    """The days of a period that are in none of these months, oldest first."""
    found = []
    start = period.start
    for month in months:
        if start < month:
            found.append(Period(start, month - DAY))
        start = _last_day(month) + DAY
    return found if start > period.end else [*found, Period(start, period.end)]


def _holds_a_month(period: Period) -> bool:
    first = period.start.replace(day=1)
    if first < period.start:
        if _last_day(first) >= period.end:
            return False
        first = _last_day(first) + DAY
    return first <= period.end and _last_day(first) <= period.end


def _is_inside(month: date, period: Period) -> bool:
    return period.start <= month and _last_day(month) <= period.end


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
