"""What each model cost beside the days before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.periods import Period
from dashboard.stats.models import ModelSums
from dashboard.stats.rows import ZERO, By
from dashboard.stats.sources import Only
from dashboard.stats.usage import usage
from tokens.models import Team

NAMES = [By.MODEL]


@dataclass(frozen=True)
class Change:
    """Exact cents of a model's whole days so far, and of as many days before."""

    now: Decimal
    before: Decimal


def model_changes(
    team: Team,
    period: Period,
    other: Period,
    only: Only,
    today: date,
    found: Iterable[ModelSums],
) -> dict[str, Change]:
    """By name. `found` is of the period, of which the days from today on are left out:
    half a day beside a whole one would look like a fall."""
    before = _cents(team, other, only)
    late: Mapping[str, Decimal] = {}
    if period.end >= today:
        late = _cents(team, Period(max(period.start, today), period.end), only)
    return {
        one.name: Change(
            one.cents - late.get(one.name, ZERO), before.get(one.name, ZERO)
        )
        for one in found
    }


def _cents(team: Team, period: Period, only: Only) -> dict[str, Decimal]:
    rows = usage(team, period, NAMES, only=only, measures=["charged_cents"])
    return {row.model: row.charged_cents for row in rows}
