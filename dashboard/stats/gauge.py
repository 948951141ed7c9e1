"""What the vendor itself says was spent in a billing cycle, and of which limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboard.models import SpendSnapshot
from dashboard.periods import Cycle
from tokens.models import Team

# From this share of a limit on somebody is near it.
NEAR = Decimal("0.8")
CENTS = 100


@dataclass(frozen=True)
class Reading:
    """One person's gauge. Cents; None where the vendor does not say. A limit is on
    on-demand spend. `raw`: `spendCents`, where it came alone and nothing says what it
    covers."""

    email: str
    read_at: datetime
    on_demand: Decimal | None
    included: Decimal | None
    total: Decimal | None
    limit: Decimal | None
    raw: Decimal | None = None

    @property
    def said(self) -> Decimal | None:
        """The one number, whatever it covers."""
        return self.raw if self.total is None else self.total

    @property
    def used(self) -> Decimal | None:
        """The share of the limit; None without one, or when a limit is 0."""
        if self.limit and self.on_demand is not None:
            return self.on_demand / self.limit
        return None

    @property
    def is_near(self) -> bool:
        return self._has_used(NEAR)

    @property
    def is_over(self) -> bool:
        return self._has_used(Decimal(1))

    def _has_used(self, share: Decimal) -> bool:
        """Nobody has who spent nothing, of a limit of 0 either."""
        if self.limit is None or not self.on_demand:
            return False
        return self.on_demand >= self.limit * share


def readings(team: Team, cycle: Cycle) -> list[Reading]:
    """The newest of everybody in the cycle."""
    rows = SpendSnapshot.objects.present(team, cycle.start)
    found = rows.order_by("email").values_list(
        "email",
        "captured_at",
        "on_demand",
        "included",
        "total",
        "effective_limit_dollars",
        "hard_limit_override_dollars",
        "monthly_limit_dollars",
        "spend_raw",
    )
    return [Reading(*row[:5], limit(*row[5:8]), alone(row[4], row[8])) for row in found]


def alone(total: Decimal | None, raw: Decimal | None) -> Decimal | None:
    """`spendCents` where nothing says what it covers."""
    return raw if total is None else None


def limit(
    effective: Decimal | None, override: Decimal | None, monthly: Decimal | None
) -> Decimal | None:
    """Cents, from the vendor's dollars: what is in force, else somebody's own limit,
    else everybody's. An override of 0 is none; another limit of 0 allows nothing."""
    for dollars in (effective, override or None, monthly):
        if dollars is not None:
            return dollars * CENTS
    return None


@dataclass(frozen=True)
class Gauge:
    """Cents, read at `read_at`. A sum is None where some person's answer did not tell
    it: half a sum would look like a whole one. `raw` is of `spendCents` that came
    alone."""

    read_at: datetime
    on_demand: Decimal | None
    included: Decimal | None
    total: Decimal | None
    raw: Decimal | None


def gauge(read: Sequence[Reading]) -> Gauge | None:
    """None when the vendor has not been read in this cycle yet."""
    if not read:
        return None
    return Gauge(
        max(row.read_at for row in read),
        _sum(row.on_demand for row in read),
        _sum(row.included for row in read),
        _sum(row.total for row in read),
        _sum(row.raw for row in read),
    )


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    whole = Decimal(0)
    for part in parts:
        if part is None:
            return None
        whole += part
    return whole


@dataclass(frozen=True)
class Limits:
    """Cents. `people` have a limit, `near` of them have used most of it."""

    people: int
    whole: Decimal
    used: Decimal
    near: int


def limits(read: Sequence[Reading]) -> Limits | None:
    """None when nobody has a limit that is known."""
    limited = [r for r in read if r.limit is not None and r.on_demand is not None]
    if not limited:
        return None
    return Limits(
        len(limited),
        _sum(row.limit for row in limited) or Decimal(0),
        _sum(row.on_demand for row in limited) or Decimal(0),
        sum(row.is_near for row in limited),
    )
