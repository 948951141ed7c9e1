"""What groups cost in a period and in the days before it, read once for the table and
the chart: whole months from the sums by month, all other days from those by day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Case, DateField, F, Q, Sum, Value, When

from dashboard.grains import MOST_DAYS, Grain
from dashboard.periods import DAY, Period
from dashboard.stats.rows import ZERO, UsageRow
from dashboard.stats.sources import NO_GROUP, Only, Source, month_rows, rows
from dashboard.stats.spans import between, fresh_months, whole_months
from dashboard.stats.ticks import TICKS
from dashboard.stats.usage import Spend, spend
from tokens.models import Team

# Of days the chart asks for itself: they are few rows to read and many to hand over.
NO_TICK = Value(None, DateField())
Ticks = Mapping[int, Sequence[UsageRow]]
# The days before, those that are over, and those since today.
BEFORE, OVER, LATE = range(3)


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
class Read:
    """Sums by the number of a group, and of the period by tick too. Without groups all
    of the team is `NO_GROUP`."""

    sums: Mapping[int, Compared]
    ticks: Ticks

    def has(self, number: int) -> bool:
        return number in self.sums

    def of(self, number: int) -> Compared:
        return self.sums.get(number, Compared())

    @property
    def all(self) -> Compared:
        return added(self.sums.values())


class _Part(NamedTuple):
    """Sums of a group by kind, of a tick or of all. `when` is BEFORE, OVER or LATE."""

    group: int
    when: int
    row: UsageRow


def added(parts: Iterable[Compared]) -> Compared:
    return reduce(Compared.and_also, parts, Compared())


def read(table: Source, asking: Asking) -> Read:
    """At most three queries."""
    months = _whole_months(table, asking)
    found: defaultdict[int, list[_Part]] = defaultdict(list)
    for part in (*_of_months(table, asking, months), *_of_days(table, asking, months)):
        found[part.group].append(part)
    ticks = {
        group: [part.row for part in parts if part.row.day and part.when != BEFORE]
        for group, parts in found.items()
    }
    sums = {group: _compared(parts) for group, parts in found.items()}
    return Read(sums, {group: those for group, those in ticks.items() if those})


def _compared(parts: Sequence[_Part]) -> Compared:
    cents = [ZERO, ZERO, ZERO]
    for part in parts:
        cents[part.when] += part.row.charged_cents
    now = spend(part.row for part in parts if part.when != BEFORE)
    return Compared(now, cents[OVER], cents[BEFORE])


def _whole_months(table: Source, asking: Asking) -> list[date]:
    """Of days that are over. No week is made of months, and of a quarter the days are
    read as fast."""
    period, other = asking.period, asking.other
    if not table.months or asking.grain is Grain.WEEK or len(period) <= MOST_DAYS:
        return []
    over = Period(period.start, min(period.end, asking.today - DAY))
    return fresh_months(asking.team, [over, *([other] if other else [])])


def _of_months(
    table: Source, asking: Asking, months: Sequence[date]
) -> Iterator[_Part]:
    if not table.months or not months:
        return
    found = month_rows(table.months, asking.team, months, asking.only)
    sums = found.values_list("group_id", "kind", "month").annotate(
        Sum("events"), Sum("charged_cents")
    )
    for group, kind, month, events, cents in sums:
        when = BEFORE if month < asking.period.start else OVER
        tick = month if asking.grain is Grain.MONTH else None
        row = UsageRow(day=tick, kind=kind, events=events, charged_cents=cents)
        yield _Part(group, when, row)


def _of_days(table: Source, asking: Asking, months: Sequence[date]) -> Iterator[_Part]:
    period, other = asking.period, asking.other
    periods = [other, period] if other else [period]
    edges = [
        Q(day__range=(days.start, days.end))
        for one in periods
        for days in between(one, whole_months(one, months))
    ]
    if not edges:
        return
    when = Case(
        When(day__lt=period.start, then=Value(BEFORE)),
        When(day__lt=asking.today, then=Value(OVER)),
        default=Value(LATE),
    )
    tick = NO_TICK if asking.grain is Grain.DAY else TICKS[asking.grain]
    group = F("group_id") if "group_id" in table.columns else Value(NO_GROUP)
    found = (
        rows(table.days, asking.team, Period(periods[0].start, period.end), asking.only)
        .filter(reduce(or_, edges))
        .annotate(number=group, when=when, tick=tick)
        .values_list("number", "when", "tick", "kind")
        .annotate(Sum("events"), Sum("charged_cents"))
    )
    for number, part, tick, kind, events, cents in found:
        row = UsageRow(day=tick, kind=kind, events=events, charged_cents=cents)
        yield _Part(number, part, row)
