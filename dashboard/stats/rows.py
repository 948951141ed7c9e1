"""What sums of usage are made of: dimensions to split them by, and measures."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet, Sum

from dashboard.grains import Grain
from dashboard.stats.ticks import TICKS

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


def columns(by: Collection[By]) -> list[str]:
    return [dimension.column for dimension in By if dimension in by]


def ordered(
    found: Iterable[dict[str, Any]], dimensions: Sequence[str]
) -> list[UsageRow]:
    rows = [UsageRow(**row) for row in found]
    return sorted(rows, key=lambda row: tuple(getattr(row, d) for d in dimensions))


def grouped(
    source: QuerySet[Any],
    dimensions: Sequence[str],
    sums: Mapping[str, Any],
    grain: Grain = Grain.DAY,
) -> Iterator[dict[str, Any]]:
    """`sums` by measure. Days are put together to the first of their week or month.
    Events may lack a number, and a sum of nothing is NULL: it is left out."""
    names = (*dimensions, *sums)
    aliased = {f"sum_{name}": value for name, value in sums.items()}
    keys = ["tick" if name == "day" else name for name in dimensions]
    if "day" in dimensions:
        source = source.annotate(tick=TICKS[grain])
    found: Iterable[tuple[Any, ...]] = (
        source.order_by().values(*keys).annotate(**aliased).values_list(*keys, *aliased)
    )
    for values in found:
        pairs = zip(names, values, strict=True)
        yield {name: value for name, value in pairs if value is not None}


def added_up(measures: Sequence[str]) -> dict[str, Sum]:
    """For `grouped` over a table of sums."""
    return {name: Sum(name) for name in measures}


def total(
    rows: Sequence[UsageRow], measures: Sequence[str] = MEASURES
) -> list[UsageRow]:
    """One row of all; no rows, none."""
    if not rows:
        return []
    return [
        UsageRow(**{name: sum(getattr(row, name) for row in rows) for name in measures})
    ]
