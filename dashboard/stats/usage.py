"""Sums of usage by any of day, person, model and kind."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from dashboard.grains import Grain
from dashboard.models import EventKind, UsageEvent
from dashboard.periods import Period
from dashboard.stats.by_group import in_any_group, in_groups, less
from dashboard.stats.rounding import parted
from dashboard.stats.rows import (
    MEASURES,
    ZERO,
    By,
    UsageRow,
    added_up,
    columns,
    grouped,
    ordered,
    total,
)
from dashboard.stats.sources import EVERYTHING, NO_GROUP, Only, Source, rows, source
from dashboard.stats.spans import SHORTEST, summed
from tokens.models import Team

__all__ = [
    "MEASURES",
    "OF_EVENTS",
    "ZERO",
    "By",
    "Only",
    "Spend",
    "UsageRow",
    "columns",
    "spend",
    "usage",
    "usage_by_group",
    "usage_of",
]
FEW = 20
EVERYBODY = Q()
OF_EVENTS = {
    **{name: Sum(name) for name in MEASURES if name.endswith("tokens")},
    "requests_costs": Sum("requests_costs"),
    "events": Count("pk"),
    "charged_cents": Sum("cost_cents"),
    "unpriced_events": Count("pk", filter=Q(cost_cents=None)),
}


def usage(
    team: Team,
    period: Period,
    by: Collection[By],
    *,
    only: Only = EVERYTHING,
    measures: Sequence[str] = MEASURES,
    grain: Grain = Grain.DAY,
    but: Collection[str] = (),
    withdrawn: bool = False,
) -> list[UsageRow]:
    """Sums sorted by their dimensions; no usage, no rows. Measures that are not asked
    for stay 0. By week or month a row's day is the first of it. `but` leaves out some
    people where sums are by person. `withdrawn` asks for all events that the vendor no
    longer serves, instead of the live ones, by day."""
    if not by:
        parts = usage(
            team, period, [By.KIND], only=only, measures=measures, withdrawn=withdrawn
        )
        return total(parts, measures)
    if withdrawn:
        withdrawn_ones = UsageEvent.objects.withdrawn()
        events = withdrawn_ones.between(team, period.start, period.end)
        return ordered(grouped(events, columns(by), OF_EVENTS), columns(by))
    if only.group == NO_GROUP and By.MEMBER not in by and only.email is None:
        every = replace(only, group=None)
        return _of_nobodys(team, period, by, every, measures, grain)
    who = ~Q(email__in=but) if but else EVERYBODY
    found = _live(team, period, columns(by), only, measures, grain, who)
    return ordered(found, columns(by))


def usage_of(
    team: Team,
    period: Period,
    emails: Collection[str],
    by: Collection[By] = (By.DAY, By.MEMBER),
    *,
    only: Only = EVERYTHING,
    measures: Sequence[str] = MEASURES,
    grain: Grain = Grain.DAY,
) -> list[UsageRow]:
    """The same of some people: an index leads to the days of a few; of more, whole
    months are summed."""
    dimensions = columns(by)
    table = source({"email", *dimensions, *only.columns} - {"day"})
    who = Q(email__in=emails)
    if len(emails) > FEW and _has_months(table, period, dimensions, only):
        found = summed(team, period, table, dimensions, measures, only, who)
        return ordered(found, dimensions)
    days = rows(table.days, team, period, only).filter(who)
    return ordered(grouped(days, dimensions, added_up(measures), grain), dimensions)


def usage_by_group(
    team: Team,
    period: Period,
    by: Collection[By],
    *,
    only: Only = EVERYTHING,
    measures: Sequence[str] = MEASURES,
    grain: Grain = Grain.DAY,
) -> dict[int, list[UsageRow]]:
    """The same per number of a local group. No table holds who is in no group
    (`NO_GROUP`): that is everything less all the groups. Not by person."""
    all_groups = replace(only, group=None)
    whole = usage(team, period, by, only=all_groups, measures=measures, grain=grain)
    groups = in_groups(team, period, columns(by), all_groups, measures, grain)
    parts = [row for rows_of_group in groups.values() for row in rows_of_group]
    return groups | {NO_GROUP: less(whole, parts, columns(by), measures)}


def _of_nobodys(
    team: Team,
    period: Period,
    by: Collection[By],
    only: Only,
    measures: Sequence[str],
    grain: Grain,
) -> list[UsageRow]:
    whole = usage(team, period, by, only=only, measures=measures, grain=grain)
    parts = in_any_group(team, period, columns(by), only, measures, grain)
    return less(whole, parts, columns(by), measures)


def _live(
    team: Team,
    period: Period,
    dimensions: Sequence[str],
    only: Only,
    measures: Sequence[str],
    grain: Grain,
    who: Q,
) -> Iterable[dict[str, Any]]:
    needed = {*dimensions, *only.columns} - {"day"}
    if only.group is not None and "email" not in needed:
        needed.add("group_id")
    table = source(needed)
    if _has_months(table, period, dimensions, only):
        return summed(team, period, table, dimensions, measures, only, who)
    found = rows(table.days, team, period, only).filter(who)
    return grouped(found, dimensions, added_up(measures), grain)


def _has_months(
    table: Source, period: Period, dimensions: Sequence[str], only: Only
) -> bool:
    """Whether sums of whole months may be a part of the answer."""
    is_long = len(period) >= SHORTEST and "day" not in dimensions
    return is_long and table.months is not None and only.group is None


@dataclass(frozen=True)
class Spend:
    """Exact cents of some usage. `other` is what is neither on-demand nor included
    (errored, free, a person's own API key); it is part of the total."""

    on_demand: Decimal = ZERO
    included: Decimal = ZERO
    other: Decimal = ZERO
    events: int = 0
    requests_costs: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.on_demand + self.included + self.other

    @property
    def shown(self) -> "Spend":
        """Whole cents: the parts add up to the total as it is shown."""
        cents = parted([self.on_demand, self.included, self.other])
        on_demand, included, other = map(Decimal, cents)
        return replace(self, on_demand=on_demand, included=included, other=other)

    def of(self, kind: str | None) -> Decimal:
        """On-demand or included alone; None: the total."""
        if kind is None:
            return self.total
        return self.on_demand if kind == EventKind.ON_DEMAND else self.included

    def and_also(self, other: "Spend") -> "Spend":
        return Spend(
            self.on_demand + other.on_demand,
            self.included + other.included,
            self.other + other.other,
            self.events + other.events,
            self.requests_costs + other.requests_costs,
        )

    def less(self, other: "Spend") -> "Spend":
        return Spend(
            self.on_demand - other.on_demand,
            self.included - other.included,
            self.other - other.other,
            self.events - other.events,
            self.requests_costs - other.requests_costs,
        )

    def plus(self, row: UsageRow) -> "Spend":
        """With a row that was asked for by kind."""
        cents = row.charged_cents
        on_demand = row.kind == EventKind.ON_DEMAND
        included = row.kind == EventKind.INCLUDED
        return Spend(
            self.on_demand + cents * on_demand,
            self.included + cents * included,
            self.other + cents * (not on_demand and not included),
            self.events + row.events,
            self.requests_costs + row.requests_costs,
        )


def spend(rows: Iterable[UsageRow]) -> Spend:
    """Rows that were asked for by kind, folded into one."""
    whole = Spend()
    for row in rows:
        whole = whole.plus(row)
    return whole
