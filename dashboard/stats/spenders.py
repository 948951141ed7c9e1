"""Who spends, who spends most, and whose spend grows fastest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.periods import DAY, Period
from dashboard.stats.rows import By
from dashboard.stats.sources import Only
from dashboard.stats.usage import ZERO, usage
from tokens.models import Team

Cents = Mapping[str, Decimal]


@dataclass(frozen=True)
class Growth:
    email: str
    before: Decimal
    now: Decimal

    @property
    def more(self) -> Decimal:
        return self.now - self.before


@dataclass(frozen=True)
class Spenders:
    """Cents by e-mail; usage without one is nobody's. `whole_days` leave out today, as
    `before` does: half a day beside a whole one would look like a fall. `before` is
    None where the days to compare with are not all known."""

    now: Cents
    whole_days: Cents
    before: Cents | None

    @property
    def active(self) -> int:
        return sum(1 for email in self.now if email)

    @property
    def active_on_whole_days(self) -> int:
        return sum(1 for email in self.whole_days if email)

    @property
    def active_before(self) -> int:
        return sum(1 for email in self.before or {} if email)

    def most(self, count: int) -> list[str]:
        """E-mails, the highest spend first."""
        return sorted(self.now, key=lambda email: (-self.now[email], email))[:count]

    def growing(self, count: int) -> list[Growth]:
        """Whose spend rose most, in cents; nobody whose spend did not rise."""
        if self.before is None:
            return []
        found = [
            Growth(email, self.before.get(email, ZERO), cents)
            for email, cents in self.whole_days.items()
            if email
        ]
        risen = [growth for growth in found if growth.more > 0]
        return sorted(risen, key=lambda growth: (-growth.more, growth.email))[:count]


def spenders(
    team: Team, period: Period, other: Period | None, only: Only, today: date
) -> Spenders:
    whole: Cents = {}
    late: Cents = {}
    if period.start < today:
        end = min(period.end, today - DAY)
        whole = _by_member(team, Period(period.start, end), only)
    if period.end >= today:
        late = _by_member(team, Period(max(period.start, today), period.end), only)
    now = {e: whole.get(e, ZERO) + late.get(e, ZERO) for e in {**whole, **late}}
    return Spenders(now, whole, _by_member(team, other, only) if other else None)


def _by_member(team: Team, period: Period, only: Only) -> Cents:
    rows = usage(team, period, [By.MEMBER], only=only, measures=["charged_cents"])
    return {row.email: row.charged_cents for row in rows}
