"""What the vendor said of one person in each billing cycle, and when limits changed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dashboard.models import BillingCycle, SpendSnapshot
from dashboard.stats.gauge import Reading, alone, limit
from tokens.models import Team


@dataclass(frozen=True)
class CycleReading:
    """The newest gauge of a cycle. `premium` is the vendor's own count of fast premium
    requests; None where it does not say."""

    cycle_start: datetime
    reading: Reading
    premium: int | None


@dataclass(frozen=True)
class NewLimit:
    """From this UTC day on that it was read; cents, None is no limit. `override`: what
    was set for this person alone (`hardLimitOverrideDollars`), in cents; None is
    nothing."""

    day: date
    cents: Decimal | None
    override: Decimal | None = None


@dataclass(frozen=True)
class LimitHistory:
    """Both the newest first."""

    cycles: tuple[CycleReading, ...] = ()
    limits: tuple[NewLimit, ...] = ()


def limit_history(team: Team, email: str) -> LimitHistory:
    """One query, cycle by cycle along the index."""
    starts = BillingCycle.objects.filter(team=team).values("start")
    rows = SpendSnapshot.objects.filter(
        team=team, cycle_start__in=starts, email=email
    ).order_by("cycle_start", "captured_day")
    cycles: dict[datetime, CycleReading] = {}
    limits: list[NewLimit] = []
    for row in rows:
        cents = limit(
            row.effective_limit_dollars,
            row.hard_limit_override_dollars,
            row.monthly_limit_dollars,
        )
        own = limit(None, row.hard_limit_override_dollars, None)
        if not limits or (limits[-1].cents, limits[-1].override) != (cents, own):
            limits.append(NewLimit(row.captured_day, cents, own))
        said = Reading(
            email,
            row.captured_at,
            row.on_demand,
            row.included,
            row.total,
            cents,
            alone(row.total, row.spend_raw),
        )
        cycles[row.cycle_start] = CycleReading(
            row.cycle_start, said, row.fast_premium_requests
        )
    return LimitHistory(tuple(reversed(cycles.values())), tuple(reversed(limits)))
