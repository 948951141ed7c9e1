"""Numbers per person: who is in the team, who spent what, who is idle."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from dashboard.models import DayPerson, Member
from dashboard.periods import Period
from dashboard.stats.sources import EVERYTHING, Only, rows
from dashboard.stats.usage import By, Spend, UsageRow, usage, usage_of
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


def _rows(team: Team, period: Period, only: Only = EVERYTHING) -> list[UsageRow]:
    by = [By.MEMBER, By.KIND]
    return usage(team, period, by, only=only, measures=SPEND_MEASURES)


def people(team: Team, period: Period, only: Only = EVERYTHING) -> list[Person]:
    """Everybody with a seat now or before, and everybody with usage in the period."""
    spends = spend_by_person(_rows(team, period, only))
    used = _last_days_used(team, period)
    members = {m.email: m for m in Member.objects.of(team).with_last_active_day()}
    return [
        _person(email, members.get(email), spends.get(email, NO_ONE), used.get(email))
        for email in sorted(members.keys() | spends.keys())
    ]


def people_of(
    team: Team, period: Period, emails: Collection[str], only: Only = EVERYTHING
) -> list[Person]:
    """A few people with what they spent, in no order."""
    by = [By.MEMBER, By.KIND]
    rows = usage_of(team, period, emails, by, only=only, measures=SPEND_MEASURES)
    spends = spend_by_person(rows)
    members = {m.email: m for m in Member.objects.of(team).filter(email__in=emails)}
    return [
        _person(email, members.get(email), spends.get(email, NO_ONE))
        for email in set(emails)
    ]


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
