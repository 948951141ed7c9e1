"""Who spends, who spends most, and whose spend grows fastest."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dashboard.models import EventKind
from dashboard.periods import Period
from dashboard.stats.by_person import (
    BEFORE,
    LATE,
    NOW,
    ByPerson,
    Used,
    by_person,
    compared,
)
from dashboard.stats.rows import ZERO
from dashboard.stats.sources import Only
from dashboard.stats.spans import fresh_months
from tokens.models import Team

MONEY = ("total", "on_demand", "included")
COUNTS = ("requests", "units")
NOTHING = Used()


@dataclass(frozen=True)
class Growth:
    email: str
    before: Decimal
    now: Decimal

    @property
    def more(self) -> Decimal:
        return self.now - self.before


@dataclass(frozen=True)
class Together:
    """Of all spenders: exact cents, requests, their units. `people` have an e-mail."""

    cents: Decimal
    requests: int
    units: Decimal
    people: int

    @property
    def each(self) -> Decimal | None:
        return self.cents / self.people if self.people else None


@dataclass(frozen=True)
class Spenders:
    """By e-mail, of the money that was asked for; usage without one is nobody's.
    `whole_days` leave out today, as `before` does: half a day beside a whole one would
    look like a fall. Both are None where the days to compare with are not all known."""

    now: ByPerson
    whole_days: ByPerson | None
    before: ByPerson | None

    @property
    def unattributed(self) -> Decimal:
        return self.now.get("", NOTHING).total

    def most(self, count: int) -> list[str]:
        """E-mails, the highest spend first."""
        return sorted(self.now, key=lambda e: (-self.now[e].total, e))[:count]

    def growing(self, count: int) -> list[Growth]:
        """Whose spend rose most, in cents; nobody whose spend did not rise."""
        if self.whole_days is None or self.before is None:
            return []
        found = [
            Growth(email, self.before.get(email, NOTHING).total, used.total)
            for email, used in self.whole_days.items()
            if email
        ]
        risen = [growth for growth in found if growth.more > 0]
        return sorted(risen, key=lambda growth: (-growth.more, growth.email))[:count]


def spenders(
    team: Team, period: Period, other: Period | None, only: Only, today: date
) -> Spenders:
    """Two queries; one more for a group."""
    spans = compared(period, other, today)
    months = fresh_months(team, list(spans.values()))
    found = by_person(
        team, spans, months, only, first=(*MONEY, *COUNTS), others=("total", *COUNTS)
    )
    now = _users(found[NOW])
    if only.kind:
        now = {email: _of_kind(used, only.kind) for email, used in now.items()}
    if other is None:
        return Spenders(now, None, None)
    late = found.get(LATE, {})
    whole = {e: _less(used, late[e]) if e in late else used for e, used in now.items()}
    return Spenders(now, _users(whole), _users(found[BEFORE]))


def together(found: ByPerson) -> Together:
    return Together(
        sum((used.total for used in found.values()), ZERO),
        sum(used.requests for used in found.values()),
        sum((used.units for used in found.values()), ZERO),
        sum(1 for email in found if email),
    )


def _users(found: ByPerson) -> ByPerson:
    """Where a kind narrows, others are there with nothing of it."""
    return {email: used for email, used in found.items() if used.requests}


def _of_kind(used: Used, kind: str) -> Used:
    cents = used.of(kind)
    is_on_demand = kind == EventKind.ON_DEMAND
    return replace(
        used,
        total=cents,
        on_demand=cents if is_on_demand else ZERO,
        included=ZERO if is_on_demand else cents,
    )


def _less(used: Used, late: Used) -> Used:
    return Used(
        total=used.total - late.total,
        requests=used.requests - late.requests,
        units=used.units - late.units,
    )
