"""Sums of usage from one instant to another, such as a billing cycle's.

    usage_between(team, cycle.start, cycle.end, [By.MEMBER, By.KIND])

is exact to the millisecond: whole UTC days come from the daily sums; of a day that an
end cuts, the part after a kept cycle's start comes from `OpeningSums` (a few rows), any
other part from the events themselves (right too, but slower). What is still to come
has no events, so `cycle.end` may lie in the future.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from dashboard.models import OpeningSums, UsageEvent
from dashboard.periods import DAY, Period, first_ms, midnight
from dashboard.stats.rows import MEASURES, By, UsageRow, added_up, columns, grouped
from dashboard.stats.sources import EVERYTHING, Only, narrowed
from dashboard.stats.usage import OF_EVENTS, usage
from tokens.models import Team


def usage_between(
    team: Team,
    start: datetime,
    end: datetime,
    by: Collection[By],
    *,
    only: Only = EVERYTHING,
    measures: Sequence[str] = MEASURES,
) -> list[UsageRow]:
    """From `start` until right before `end`, sorted by their dimensions; no usage, no
    rows. Shapes and units are those of `stats.usage.usage`; `measures` hold events."""
    dimensions = columns(by)
    whole = start if is_midnight(start) else midnight(start.date()) + DAY
    last = (end - timedelta(microseconds=1)).date()
    rows: list[UsageRow] = []
    if whole.date() <= last:
        days = Period(whole.date(), last)
        rows = usage(team, days, by, only=only, measures=measures)
    parts: list[tuple[int, UsageRow]] = []
    for sign, instant in ((1, start), (-1, end)):
        if not is_midnight(instant):
            rest = rest_of_day(team, instant, dimensions, only, measures)
            parts += [(sign, row) for row in rest]
    return _added(rows, parts, dimensions, measures)


def rest_of_day(
    team: Team,
    instant: datetime,
    dimensions: Sequence[str],
    only: Only = EVERYTHING,
    measures: Sequence[str] = MEASURES,
) -> list[UsageRow]:
    """From the instant to the end of its UTC day."""
    kept = OpeningSums.objects.filter(
        team=team, day=instant.date(), cycle__start=instant
    )
    rows = _rows(narrowed(kept, team, only), dimensions, added_up(measures))
    if rows or (only != EVERYTHING and kept.exists()):
        return rows
    end = midnight(instant.date()) + DAY
    span = first_ms(instant), first_ms(end) - 1
    events = UsageEvent.objects.live().filter(team=team, timestamp_ms__range=span)
    sums = {name: OF_EVENTS[name] for name in measures}
    return _rows(narrowed(events, team, only), dimensions, sums)


def _rows(
    source: QuerySet[Any], dimensions: Sequence[str], sums: dict[str, Any]
) -> list[UsageRow]:
    # Without a dimension a sum over nothing would still be a row.
    return [UsageRow(**row) for row in grouped(source, dimensions or ["kind"], sums)]


def _added(
    rows: Iterable[UsageRow],
    parts: Iterable[tuple[int, UsageRow]],
    dimensions: Sequence[str],
    measures: Sequence[str],
) -> list[UsageRow]:
    key: Callable[[UsageRow], Any] = (
        attrgetter(*dimensions) if dimensions else lambda row: ""
    )
    found = {key(row): row for row in rows}
    for sign, part in parts:
        before = found.get(key(part), UsageRow())
        sums = {n: getattr(before, n) + sign * getattr(part, n) for n in measures}
        named = {name: getattr(part, name) for name in dimensions}
        found[key(part)] = UsageRow(**named, **sums)
    return [found[key] for key in sorted(found) if found[key].events]


def is_midnight(instant: datetime) -> bool:
    return instant == midnight(instant.date())
