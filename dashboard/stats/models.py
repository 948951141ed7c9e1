"""What each model costs, and what the same requests would cost on another one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from dashboard.stats.rows import UsageRow, total

THOUSAND = 1000
TOKENS = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")
MEASURES = ("events", "unpriced_events", "charged_cents", "requests_costs", *TOKENS)


@dataclass(frozen=True)
class ModelSums:
    """A model's usage. Cents; an empty `name` is usage that came without a model."""

    name: str
    requests: int
    unpriced: int
    cents: Decimal
    units: Decimal
    input: int
    cache_write: int
    cache_read: int
    output: int

    @property
    def tokens(self) -> int:
        return self.input + self.cache_write + self.cache_read + self.output

    @property
    def priced(self) -> int:
        return self.requests - self.unpriced

    @property
    def per_request(self) -> Decimal | None:
        """Cents of a request that has a cost."""
        return self.cents / self.priced if self.priced else None

    @property
    def per_thousand(self) -> Decimal | None:
        """Cents per 1,000 tokens of every type."""
        return self.cents * THOUSAND / self.tokens if self.tokens else None

    @property
    def has_price(self) -> bool:
        """Whether others can be priced like it: it has a name, tokens and a cost."""
        return bool(self.name and self.tokens and self.cents)

    @property
    def cache_share(self) -> Decimal | None:
        """Percent of what the model was given that came from the cache."""
        given = self.input + self.cache_write + self.cache_read
        return Decimal(self.cache_read * 100) / given if given else None


def together(found: Sequence[ModelSums]) -> ModelSums:
    """All of them as if they were one."""
    summed = [field.name for field in fields(ModelSums) if field.name != "name"]
    sums: dict[str, Any] = {n: sum(getattr(one, n) for one in found) for n in summed}
    return ModelSums("", **sums)


def by_model(rows: Iterable[UsageRow]) -> list[ModelSums]:
    """The most expensive first. The rows tell models apart, and may tell days."""
    found: dict[str, list[UsageRow]] = {}
    for row in rows:
        found.setdefault(row.model, []).append(row)
    sums = [_sums(name, *total(of, MEASURES)) for name, of in found.items()]
    return sorted(sums, key=lambda m: (-m.cents, -m.requests, m.name))


def _sums(name: str, row: UsageRow) -> ModelSums:
    return ModelSums(
        name,
        row.events,
        row.unpriced_events,
        row.charged_cents,
        row.requests_costs,
        row.input_tokens,
        row.cache_write_tokens,
        row.cache_read_tokens,
        row.output_tokens,
    )


@dataclass(frozen=True)
class Priced:
    """A model's usage, and its cents at another's price."""

    model: ModelSums
    cents: Decimal

    @property
    def difference(self) -> Decimal:
        return self.cents - self.model.cents


@dataclass(frozen=True)
class WhatIf:
    """Every row on `target`, by its price of a token in this very period."""

    target: ModelSums
    rows: tuple[Priced, ...]

    @property
    def now(self) -> Decimal:
        return sum((row.model.cents for row in self.rows), Decimal(0))

    @property
    def cents(self) -> Decimal:
        return sum((row.cents for row in self.rows), Decimal(0))

    @property
    def difference(self) -> Decimal:
        return self.cents - self.now


def what_if(found: Sequence[ModelSums], target: ModelSums) -> WhatIf:
    """The same tokens at the average price of a token of the target, which has one.

    Which of them it would have read from its cache, and whether it would have needed as
    many, nobody knows; the page says so. Usage without tokens keeps its cost.
    """
    price = target.cents / target.tokens

    def priced(one: ModelSums) -> Decimal:
        if one.name == target.name or not one.tokens:
            return one.cents
        return price * one.tokens

    return WhatIf(target, tuple(Priced(one, priced(one)) for one in found))
