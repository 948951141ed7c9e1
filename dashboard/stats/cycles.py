"""Sums of usage from one instant to another, such as a billing cycle's.

    usage_between(team, cycle.start, cycle.end, [By.MEMBER, By.KIND])

is exact to the millisecond: whole UTC days come from the daily sums; of a day that an
end cuts, the part after a kept cycle's start comes from `OpeningSums` (a few rows), any
other part from the events themselves (right too, but slower). What is still to come
has no events, so `cycle.end` may lie in the future.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
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
) -> list[UsageRow]:
    """From `start` until right before `end`, sorted by their dimensions; no usage, no
    rows. Shapes and units are those of `stats.usage.usage`."""
    dimensions = columns(by)
    whole = start if is_midnight(start) else midnight(start.date()) + DAY
    last = (end - timedelta(microseconds=1)).date()
    parts: list[tuple[int, UsageRow]] = []
    if whole.date() <= last:
        parts = [
            (1, row) for row in usage(team, Period(whole.date(), last), by, only=only)
        ]
    if not is_midnight(start):
        parts += [(1, row) for row in rest_of_day(team, start, dimensions, only)]
    if not is_midnight(end):
        parts += [(-1, row) for row in rest_of_day(team, end, dimensions, only)]
    return _added(parts, dimensions)


def rest_of_day(
    team: Team, instant: datetime, dimensions: list[str], only: Only = EVERYTHING
) -> list[UsageRow]:
    """From the instant to the end of its UTC day."""
    kept = OpeningSums.objects.filter(
        team=team, day=instant.date(), cycle__start=instant
    )
    rows = _rows(narrowed(kept, team, only), dimensions, added_up(MEASURES))
    if rows or (only != EVERYTHING and kept.exists()):
        return rows
    end = midnight(instant.date()) + DAY
    span = first_ms(instant), first_ms(end) - 1
    events = UsageEvent.objects.live().filter(team=team, timestamp_ms__range=span)
    return _rows(narrowed(events, team, only), dimensions, OF_EVENTS)


def _rows(
    source: QuerySet[Any], dimensions: list[str], sums: dict[str, Any]
) -> list[UsageRow]:
    # Without a dimension a sum over nothing would still be a row.
    return [UsageRow(**row) for row in grouped(source, dimensions or ["kind"], sums)]


def _added(
    parts: Iterable[tuple[int, UsageRow]], dimensions: list[str]
) -> list[UsageRow]:
    found: dict[tuple[Any, ...], UsageRow] = {}
    for sign, row in parts:
        key = tuple(getattr(row, name) for name in dimensions)
        named = dict(zip(dimensions, key, strict=True))
        before = found.get(key) or UsageRow(**named)
        sums = {n: getattr(before, n) + sign * getattr(row, n) for n in MEASURES}
        found[key] = replace(before, **sums)
    return [found[key] for key in sorted(found) if found[key].events]


def is_midnight(instant: datetime) -> bool:
    return instant == midnight(instant.date())
