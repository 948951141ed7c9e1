"""Who spends, who spends most, and whose spend grows fastest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.periods import DAY, Period
from dashboard.stats.rows import By
from dashboard.stats.sources import Only
from dashboard.stats.usage import ZERO, usage_of_each
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
    spans: dict[str, Period] = {"before": other} if other else {}
    if period.start < today:
        spans["whole"] = Period(period.start, min(period.end, today - DAY))
    if period.end >= today:
        spans["late"] = Period(max(period.start, today), period.end)
    measures = ["charged_cents"]
    every = usage_of_each(
        team, list(spans.values()), [By.MEMBER], only=only, measures=measures
    )
    found = {
        name: {row.email: row.charged_cents for row in rows}
        for name, rows in zip(spans, every, strict=True)
    }
    whole, late = found.get("whole", {}), found.get("late", {})
    now = {e: whole.get(e, ZERO) + late.get(e, ZERO) for e in {**whole, **late}}
    return Spenders(now, whole, found.get("before"))
