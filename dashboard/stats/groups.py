"""What each local group cost, beside the days before, so that all of it adds up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from dashboard.models import LocalGroup
from dashboard.periods import Period
from dashboard.stats.by_group import less
from dashboard.stats.group_rows import GroupRows
from dashboard.stats.group_sums import Asking, Compared, Read, Ticks, added, read
from dashboard.stats.headcounts import Heads, counted
from dashboard.stats.people import Named
from dashboard.stats.rounding import apportioned, rounded
from dashboard.stats.rows import ZERO, UsageRow, total
from dashboard.stats.sources import BY_GROUP, NO_GROUP, WHOLE, Only

# Shares are hundredths of a percent until they are shown.
ALL_OF_IT = 100 * 100
MEASURES = ("events", "charged_cents")


@dataclass(frozen=True)
class Line:
    """A group, or who is in none (`group` is None). `included`, `on_demand` and `other`
    are whole cents which add up, across and down; `share` is percent, None where there
    is nothing to have a share of."""

    group: LocalGroup | None
    sums: Compared
    people: int
    included: Decimal
    on_demand: Decimal
    other: Decimal
    share: Decimal | None

    @property
    def total(self) -> Decimal:
        return self.included + self.on_demand + self.other

    @property
    def number(self) -> int:
        return self.group.pk if self.group else NO_GROUP


@dataclass(frozen=True)
class Table:
    """The most expensive group first, who is in none last; `all` is their sum.
    `compares`: the days before are known."""

    lines: tuple[Line, ...]
    all: Line
    compares: bool

    @property
    def has_other(self) -> bool:
        return any(line.other for line in self.lines)


def groups(
    asking: Asking, kept: GroupRows, members: Mapping[str, Named]
) -> tuple[Table, Ticks]:
    """The table, and the same by week or month for the chart. A closed group without
    usage and people in these days is left out. Model and kind narrow. At most four
    queries."""
    only = Only(model=asking.only.model, kind=asking.only.kind)
    asking = replace(asking, only=only)
    whole, parts = read(WHOLE, asking), read(BY_GROUP, asking)
    period = asking.period
    heads = counted(
        kept.times,
        {
            email: one.left_at.date() if one.left_at else None
            for email, one in members.items()
        },
        Period(period.start, max(period.start, min(period.end, asking.today))),
    )
    shown = [
        (group, parts.of(group.pk))
        for group in kept.groups
        if parts.has(group.pk) or heads.of(group.pk) or not group.archived_at
    ]
    shown.sort(key=lambda pair: (-pair[1].now.total, pair[0].name))
    rest = None, whole.all.less(parts.all)
    table = tabled([*shown, rest], heads, compares=asking.other is not None)
    return table, _ticks(whole, parts)


def _ticks(whole: Read, parts: Read) -> Ticks:
    left = less(_by_day(whole.ticks), _by_day(parts.ticks), ["day"], MEASURES)
    return {**parts.ticks, NO_GROUP: left} if whole.ticks else {}


def _by_day(ticks: Ticks) -> list[UsageRow]:
    days: dict[date | None, list[UsageRow]] = {}
    for row in chain(*ticks.values()):
        days.setdefault(row.day, []).append(row)
    return [replace(total(found, MEASURES)[0], day=day) for day, found in days.items()]


def of_group(asking: Asking) -> Compared:
    """What the group of `only` cost; who is in none is the team less its groups."""
    if asking.only.group:
        return read(BY_GROUP, asking).all
    every = replace(asking, only=replace(asking.only, group=None))
    return of_team(every).less(read(BY_GROUP, every).all)


def of_team(asking: Asking) -> Compared:
    """One query."""
    only = replace(asking.only, group=None)
    return read(WHOLE, replace(asking, only=only)).all


def tabled(
    found: Iterable[tuple[LocalGroup | None, Compared]], heads: Heads, *, compares: bool
) -> Table:
    """Pure."""
    found = list(found)
    spends = [sums.now for _, sums in found]
    cells = rounded([[s.included, s.on_demand, s.other] for s in spends])
    totals = [s.total for s in spends]
    is_whole = sum(totals) > 0
    shares = apportioned(totals, ALL_OF_IT if is_whole else 0)
    lines = [
        Line(
            group,
            sums,
            heads.of(group.pk if group else NO_GROUP),
            Decimal(included),
            Decimal(on_demand),
            Decimal(other),
            Decimal(share).scaleb(-2) if is_whole else None,
        )
        for (group, sums), (included, on_demand, other), share in zip(
            found, cells, shares, strict=True
        )
    ]
    return Table(tuple(lines), _all(lines, heads), compares)


def _all(lines: list[Line], heads: Heads) -> Line:
    share = sum((line.share for line in lines if line.share is not None), ZERO)
    return Line(
        None,
        added(line.sums for line in lines),
        heads.all,
        sum((line.included for line in lines), ZERO),
        sum((line.on_demand for line in lines), ZERO),
        sum((line.other for line in lines), ZERO),
        share or None,
    )
