"""What the vendor itself says was spent in a billing cycle."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Q, Sum

from dashboard.models import SpendSnapshot
from dashboard.periods import Cycle
from tokens.models import Team


@dataclass(frozen=True)
class Gauge:
    """Cents, read at `read_at`. A sum is None where some person's answer did not tell
    it: half a sum would look like a whole one."""

    read_at: datetime
    on_demand: Decimal | None
    included: Decimal | None
    total: Decimal | None


def gauge(team: Team, cycle: Cycle) -> Gauge | None:
    """None when the vendor has not been read in this cycle yet."""
    parts = ("on_demand", "included", "total")
    unknown = {f"no_{p}": Count("pk", filter=Q(**{p: None})) for p in parts}
    known = {f"sum_{p}": Sum(p) for p in parts}
    found = SpendSnapshot.objects.present(team, cycle.start).aggregate(
        read_at=Max("captured_at"), **known, **unknown
    )
    if found["read_at"] is None:
        return None
    sums = {p: None if found[f"no_{p}"] else found[f"sum_{p}"] for p in parts}
    return Gauge(read_at=found["read_at"], **sums)
