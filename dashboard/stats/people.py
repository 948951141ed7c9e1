"""A few people of a team, with what they spent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dashboard.models import Member
from dashboard.periods import Period
from dashboard.stats.sources import EVERYTHING, Only
from dashboard.stats.usage import By, Spend, UsageRow, usage_of
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

    @property
    def title(self) -> str:
        return self.name or self.email or _("Unattributed")


@dataclass(frozen=True)
class Named:
    """A member, also a former one, as a list of people shows them."""

    name: str
    role: str
    left_at: datetime | None


def members_of(team: Team) -> dict[str, Named]:
    """All of them by e-mail: a thousand are read as fast as a few are looked up and the
    seats are counted."""
    rows = Member.objects.of(team).values_list("email", "name", "role", "left_at")
    return {email: Named(name, role, left) for email, name, role, left in rows}


def spend_by_person(rows: Iterable[UsageRow]) -> dict[str, Spend]:
    """Rows that were asked for by member and kind."""
    spends: dict[str, Spend] = {}
    for row in rows:
        spends[row.email] = spends.get(row.email, NO_ONE).plus(row)
    return spends


def people_of(
    team: Team, period: Period, emails: Collection[str], only: Only = EVERYTHING
) -> list[Person]:
    """A few people with what they spent, in no order."""
    by = [By.MEMBER, By.KIND]
    rows = usage_of(team, period, emails, by, only=only, measures=SPEND_MEASURES)
    spends = spend_by_person(rows)
    members = {m.email: m for m in Member.objects.of(team).filter(email__in=emails)}
    return [
        person(email, members.get(email), spends.get(email, NO_ONE))
        for email in set(emails)
    ]


def person(email: str, member: Member | Named | None, sums: Spend) -> Person:
    return Person(
        email=email,
        name=member.name if member else "",
        role=member.role if member else "",
        is_member=member is not None,
        left_at=member.left_at if member else None,
        spend=sums,
    )
