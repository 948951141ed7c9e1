"""Numbers per person: who is in the team, who spent what, who is idle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from dashboard.models import DayPerson, Member
from dashboard.periods import DAY, Period
from dashboard.stats.cycles import usage_between
from dashboard.stats.sources import EVERYTHING, Only, rows
from dashboard.stats.usage import By, Spend, UsageRow, spend, usage
from tokens.models import Team

NO_ONE = Spend()
# What `Spend` is made of.
SPEND_MEASURES = ("events", "charged_cents", "requests_costs")


@dataclass(frozen=True)
class Person:
    """Somebody with a seat, with usage, or both. An empty e-mail is usage that the
    vendor gave without one."""

    email: str
    name: str
    role: str
    is_member: bool
    left_at: datetime | None
    spend: Spend
    last_active: date | None

    @property
    def title(self) -> str:
        return self.name or self.email or _("Unattributed")


def spend_by_person(rows: Iterable[UsageRow]) -> dict[str, Spend]:
    """Rows that were asked for by member and kind."""
    spends: dict[str, Spend] = {}
    for row in rows:
        spends[row.email] = spends.get(row.email, NO_ONE).plus(row)
    return spends


@dataclass(frozen=True)
class Sums:
    """A period's usage per person and in all."""

    people: dict[str, Spend]
    spend: Spend

    @property
    def active(self) -> int:
        """How many people used anything; usage without an e-mail is nobody."""
        return sum(1 for email in self.people if email)

    @property
    def each(self) -> Decimal | None:
        """Cents per active person."""
        return self.spend.total / self.active if self.active else None


@dataclass(frozen=True)
class SumsSoFar:
    """A period up to now, and up to the end of its last whole day: half a day beside
    a whole one would look like a fall."""

    all: Sums
    whole_days: Sums


def sums(team: Team, period: Period, only: Only = EVERYTHING) -> Sums:
    return _sums(_rows(team, period, only))


def sums_so_far(
    team: Team, period: Period, today: date, only: Only = EVERYTHING
) -> SumsSoFar:
    """Today is summed apart from the days before it."""
    until = today - DAY
    past = present = []
    if period.start <= until:
        past = _rows(team, Period(period.start, min(period.end, until)), only)
    if period.end >= today:
        present = _rows(team, Period(max(period.start, today), period.end), only)
    return SumsSoFar(_sums(past + present), _sums(past))


def sums_between(team: Team, start: datetime, end: datetime) -> Sums:
    """From an instant until right before another one."""
    return _sums(usage_between(team, start, end, [By.MEMBER, By.KIND]))


def _rows(team: Team, period: Period, only: Only = EVERYTHING) -> list[UsageRow]:
    by = [By.MEMBER, By.KIND]
    return usage(team, period, by, only=only, measures=SPEND_MEASURES)


def _sums(rows: list[UsageRow]) -> Sums:
    return Sums(spend_by_person(rows), spend(rows))


def people(team: Team, period: Period, only: Only = EVERYTHING) -> list[Person]:
    """Everybody with a seat now or before, and everybody with usage in the period."""
    spends = spend_by_person(_rows(team, period, only))
    used = _last_days_used(team, period)
    members = {m.email: m for m in Member.objects.of(team).with_last_active_day()}
    return [
        _person(email, members.get(email), spends.get(email, NO_ONE), used.get(email))
        for email in sorted(members.keys() | spends.keys())
    ]


def top(team: Team, spends: dict[str, Spend], count: int) -> list[Person]:
    """The people who spent most, the highest first."""
    ranked = sorted(spends, key=lambda email: (-spends[email].total, email))[:count]
    members = {m.email: m for m in Member.objects.of(team).filter(email__in=ranked)}
    return [_person(email, members.get(email), spends[email]) for email in ranked]


def _last_days_used(team: Team, period: Period) -> dict[str, date]:
    days = rows(DayPerson, team, period, EVERYTHING)
    last = days.values("email").annotate(last=Max("day"))
    return dict(last.values_list("email", "last"))


def _person(
    email: str, member: Member | None, sums: Spend, used: date | None = None
) -> Person:
    counted: date | None = getattr(member, "last_active_day", None)
    return Person(
        email=email,
        name=member.name if member else "",
        role=member.role if member else "",
        is_member=member is not None,
        left_at=member.left_at if member else None,
        spend=sums,
        last_active=max((d for d in (used, counted) if d), default=None),
    )
