"""Sums of usage by any of day, person, model and kind."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, When

from dashboard.models import EventKind, UsageEvent, UsageRollup
from dashboard.models.events import UsageEventQuerySet
from dashboard.models.sums import UsageRollupQuerySet
from dashboard.periods import Period
from tokens.models import Team

ZERO = Decimal(0)


class By(StrEnum):
    """What sums can be split by, in the order of columns and of sorting."""

    DAY = "day"
    MEMBER = "member"
    MODEL = "model"
    KIND = "kind"

    @property
    def column(self) -> str:
        return "email" if self is By.MEMBER else self.value


@dataclass(frozen=True)
class UsageRow:
    """One row of sums. A dimension that was not asked for is empty. Costs are exact
    cents; `requests_costs` are the vendor's request units."""

    day: date | None = None
    email: str = ""
    model: str = ""
    kind: str = ""
    events: int = 0
    charged_cents: Decimal = ZERO
    requests_costs: Decimal = ZERO
    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    unpriced_events: int = 0


MEASURES = (
    "events",
    "charged_cents",
    "requests_costs",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "unpriced_events",
)
ROLLUP_SUMS = {f"sum_{name}": Sum(name) for name in MEASURES}
EVENT_SUMS = ROLLUP_SUMS | {
    "sum_events": Count("pk"),
    "sum_charged_cents": Sum("cost_cents"),
    "sum_unpriced_events": Count("pk", filter=Q(cost_cents=None)),
}


def usage(
    team: Team, period: Period, by: Collection[By], *, withdrawn: bool = False
) -> list[UsageRow]:
    """Sums sorted by their dimensions; no usage, no rows. `withdrawn` asks for the
    events that the vendor no longer serves, instead of the live ones."""
    dimensions = columns(by)
    if not dimensions:
        return _total(usage(team, period, [By.KIND], withdrawn=withdrawn))
    sums = EVENT_SUMS if withdrawn else ROLLUP_SUMS
    found = grouped(_source(team, period, withdrawn), dimensions, sums)
    rows = [UsageRow(**row) for row in found]
    return sorted(rows, key=lambda row: tuple(getattr(row, d) for d in dimensions))


def usage_until_and_from(
    team: Team, period: Period, by: Collection[By], day: date
) -> tuple[list[UsageRow], list[UsageRow]]:
    """The same in two parts, before the day and from it on, with one query."""
    is_late = Case(When(day__gte=day, then=True), default=False)
    source = _source(team, period, withdrawn=False).annotate(is_late=is_late)
    parts: tuple[list[UsageRow], list[UsageRow]] = ([], [])
    for row in grouped(source, ["is_late", *columns(by)], ROLLUP_SUMS):
        parts[row.pop("is_late")].append(UsageRow(**row))
    return parts


def columns(by: Collection[By]) -> list[str]:
    return [dimension.column for dimension in By if dimension in by]


def _source(
    team: Team, period: Period, withdrawn: bool
) -> UsageEventQuerySet | UsageRollupQuerySet:
    if withdrawn:
        events = UsageEvent.objects.withdrawn()
        return events.between(team, period.start, period.end)
    return UsageRollup.objects.between(team, period.start, period.end)


def grouped(
    source: QuerySet[Any],
    dimensions: list[str],
    sums: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """Events may lack a number, and a sum of nothing is NULL: it is left out."""
    found: Iterable[tuple[Any, ...]] = (
        source.order_by()
        .values(*dimensions)
        .annotate(**sums)
        .values_list(*dimensions, *(f"sum_{name}" for name in MEASURES))
    )
    for values in found:
        pairs = zip((*dimensions, *MEASURES), values, strict=True)
        yield {name: value for name, value in pairs if value is not None}


def _total(rows: list[UsageRow]) -> list[UsageRow]:
    if not rows:
        return []
    sums = {name: sum(getattr(row, name) for row in rows) for name in MEASURES}
    return [UsageRow(**sums)]


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
