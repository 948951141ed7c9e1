"""What each local group cost, beside the days before, so that all of it adds up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from itertools import chain
from typing import Any

from django.db.models import Case, DateField, Sum, Value, When

from dashboard.grains import Grain
from dashboard.models import DayGroup, DayModel, LocalGroup, Member
from dashboard.models.sums import Sums
from dashboard.periods import Period
from dashboard.stats import ticks
from dashboard.stats.by_group import less
from dashboard.stats.group_rows import GroupRows
from dashboard.stats.headcounts import Heads, counted
from dashboard.stats.rounding import apportioned, rounded
from dashboard.stats.rows import ZERO, UsageRow, total
from dashboard.stats.sources import NO_GROUP, Only, rows
from dashboard.stats.usage import Spend, spend
from tokens.models import Team

# Shares are hundredths of a percent until they are shown.
ALL_OF_IT = 100 * 100
MEASURES = ("events", "charged_cents")
# Of days the chart asks for itself: they are few rows to read and many to hand over.
TICKS: Mapping[Grain, Any] = {**ticks.TICKS, Grain.DAY: Value(None, DateField())}
Ticks = Mapping[int, Sequence[UsageRow]]
# The days before, those that are over, and those since today.
BEFORE, OVER, LATE = range(3)


@dataclass(frozen=True)
class Compared:
    """Of a group or of all: `now` is the whole period, `whole_days` its days that are
    over, `before` (cents) as many days before them."""

    now: Spend = Spend()
    whole_days: Decimal = ZERO
    before: Decimal = ZERO

    def and_also(self, other: "Compared") -> "Compared":
        return Compared(
            self.now.and_also(other.now),
            self.whole_days + other.whole_days,
            self.before + other.before,
        )

    def less(self, other: "Compared") -> "Compared":
        return Compared(
            self.now.less(other.now),
            self.whole_days - other.whole_days,
            self.before - other.before,
        )


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


@dataclass(frozen=True)
class Asking:
    """Which days of which team, and what they are compared with. `other`: None when the
    days before are not known. `grain`: of the chart."""

    team: Team
    period: Period
    other: Period | None
    only: Only
    today: date
    grain: Grain = Grain.DAY


def groups(
    asking: Asking, kept: GroupRows, members: Iterable[Member]
) -> tuple[Table, Ticks]:
    """The table, and the same by week or month for the chart. A closed group without
    usage and people in these days is left out. Model and kind narrow. Two queries."""
    only = Only(model=asking.only.model, kind=asking.only.kind)
    asking = replace(asking, only=only)
    whole, parts = _read(DayModel, asking), _read(DayGroup, asking)
    period = asking.period
    heads = counted(
        kept.times,
        {one.email: one.left_at.date() if one.left_at else None for one in members},
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


def _ticks(whole: "_Read", parts: "_Read") -> Ticks:
    left = less(_by_day(whole.ticks), _by_day(parts.ticks), ["day"], MEASURES)
    return {**parts.ticks, NO_GROUP: left} if whole.ticks else {}


def _by_day(ticks: Ticks) -> list[UsageRow]:
    days: dict[date | None, list[UsageRow]] = {}
    for row in chain(*ticks.values()):
        days.setdefault(row.day, []).append(row)
    return [replace(total(found, MEASURES)[0], day=day) for day, found in days.items()]


def of_group(asking: Asking) -> Compared:
    """What the group of `only` cost. One query; two for who is in none."""
    if asking.only.group:
        return _read(DayGroup, asking).all
    every = replace(asking, only=replace(asking.only, group=None))
    return of_team(every).less(_read(DayGroup, every).all)


def of_team(asking: Asking) -> Compared:
    """One query."""
    only = replace(asking.only, group=None)
    return _read(DayModel, replace(asking, only=only)).all


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
        _added(line.sums for line in lines),
        heads.all,
        sum((line.included for line in lines), ZERO),
        sum((line.on_demand for line in lines), ZERO),
        sum((line.other for line in lines), ZERO),
        share or None,
    )


def _added(parts: Iterable[Compared]) -> Compared:
    return reduce(Compared.and_also, parts, Compared())


@dataclass(frozen=True)
class _Read:
    """Sums by the number of a group, and of the period by tick too."""

    sums: dict[int, Compared]
    ticks: defaultdict[int, list[UsageRow]]

    def has(self, number: int) -> bool:
        return number in self.sums

    def of(self, number: int) -> Compared:
        return self.sums.get(number, Compared())

    @property
    def all(self) -> Compared:
        return _added(self.sums.values())


def _read(table: type[Sums], asking: Asking) -> _Read:
    """All of `DayModel` is `NO_GROUP`. One query over each row once, for the table and
    the chart: a year of groups is a hundred thousand rows."""
    period, other = asking.period, asking.other
    span = Period(other.start if other else period.start, period.end)
    found = rows(table, asking.team, span, asking.only)
    if other:
        found = found.exclude(day__gt=other.end, day__lt=period.start)
    by = ["group_id", "kind"] if table is DayGroup else ["kind"]
    part = Case(
        When(day__lt=period.start, then=Value(BEFORE)),
        When(day__lt=asking.today, then=Value(OVER)),
        default=Value(LATE),
    )
    found = found.annotate(part=part, tick=TICKS[asking.grain]).values(
        "part", "tick", *by
    )
    read = _Read({}, defaultdict(list))
    for row in found.annotate(requests=Sum("events"), cents=Sum("charged_cents")):
        number = row.get("group_id", NO_GROUP)
        one = UsageRow(
            day=row["tick"],
            kind=row["kind"],
            events=row["requests"],
            charged_cents=row["cents"],
        )
        read.sums[number] = read.of(number).and_also(_compared(one, row["part"]))
        if one.day and row["part"] != BEFORE:
            read.ticks[number].append(one)
    return read


def _compared(row: UsageRow, part: int) -> Compared:
    if part == BEFORE:
        return Compared(before=row.charged_cents)
    over = row.charged_cents if part == OVER else ZERO
    return Compared(spend([row]), over)
