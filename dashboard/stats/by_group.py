"""Sums per local group, and what is left of the whole for people who are in none."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from dashboard.grains import Grain
from dashboard.models import DayGroup
from dashboard.periods import Period
from dashboard.stats.rows import UsageRow, added_up, grouped, ordered
from dashboard.stats.sources import Only, rows
from tokens.models import Team


def in_groups(
    team: Team,
    period: Period,
    dimensions: Sequence[str],
    only: Only,
    measures: Sequence[str],
    grain: Grain = Grain.DAY,
) -> dict[int, list[UsageRow]]:
    found = rows(DayGroup, team, period, only)
    groups = defaultdict(list)
    by = ["group_id", *dimensions]
    for row in grouped(found, by, added_up(measures), grain):
        groups[row.pop("group_id")].append(row)
    return {group: ordered(those, dimensions) for group, those in groups.items()}


def in_any_group(
    team: Team,
    period: Period,
    dimensions: Sequence[str],
    only: Only,
    measures: Sequence[str],
    grain: Grain = Grain.DAY,
) -> list[UsageRow]:
    found = rows(DayGroup, team, period, only)
    return ordered(grouped(found, dimensions, added_up(measures), grain), dimensions)


def less(
    whole: Iterable[UsageRow],
    parts: Iterable[UsageRow],
    dimensions: Sequence[str],
    measures: Sequence[str],
) -> list[UsageRow]:
    """The whole without its parts; what is nothing then is left out."""
    taken: defaultdict[tuple[object, ...], list[UsageRow]] = defaultdict(list)
    for row in parts:
        taken[tuple(getattr(row, d) for d in dimensions)].append(row)
    found = []
    for row in whole:
        key = tuple(getattr(row, d) for d in dimensions)
        left = {
            name: getattr(row, name) - sum(getattr(part, name) for part in taken[key])
            for name in measures
        }
        if any(left.values()):
            found.append(UsageRow(**dict(zip(dimensions, key, strict=True)), **left))
    return found
