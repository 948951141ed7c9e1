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
    cut = [one for one in ((1, start), (-1, end)) if not is_midnight(one[1])]
    instants = {instant for _, instant in cut}
    rests = rests_of_days(team, instants, dimensions, only, measures)
    parts = [(sign, row) for sign, instant in cut for row in rests[instant]]
    return _added(rows, parts, dimensions, measures)


def rests_of_days(
    team: Team,
    instants: Collection[datetime],
    dimensions: Sequence[str],
    only: Only = EVERYTHING,
    measures: Sequence[str] = MEASURES,
) -> dict[datetime, list[UsageRow]]:
    """From each instant to the end of its UTC day. One query where all of them are
    starts of kept cycles, and none without instants."""
    found: dict[datetime, list[UsageRow]] = {instant: [] for instant in instants}
    if not found:
        return found
    # Without a dimension a sum over nothing would still be a row.
    by = dimensions or ["kind"]
    days = {instant.date() for instant in instants}
    kept = OpeningSums.objects.filter(
        team=team, day__in=days, cycle__start__in=instants
    )
    sums = added_up(measures)
    for row in grouped(narrowed(kept, team, only), ["cycle__start", *by], sums):
        found[row.pop("cycle__start")].append(UsageRow(**row))
    unknown = {instant for instant, rows in found.items() if not rows}
    if unknown and only != EVERYTHING:
        starts = kept.order_by().values_list("cycle__start", flat=True)
        unknown -= set(starts.distinct())
    for instant in unknown:
        events = narrowed(_events_since(team, instant), team, only)
        rows = grouped(events, by, {name: OF_EVENTS[name] for name in measures})
        found[instant] = [UsageRow(**row) for row in rows]
    return found


def _events_since(team: Team, instant: datetime) -> QuerySet[Any]:
    end = midnight(instant.date()) + DAY
    span = first_ms(instant), first_ms(end) - 1
    return UsageEvent.objects.live().filter(team=team, timestamp_ms__range=span)


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
