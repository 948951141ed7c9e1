"""Seats that are paid for and not used."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from dashboard.models import LocalGroupMember, Member
from dashboard.periods import DAY
from dashboard.stats.active import Active
from tokens.models import Team

# Who was never seen in so long counts as idle since then.
HORIZON = timedelta(days=400)


@dataclass(frozen=True)
class IdleSeat:
    """`last_active`: None when it is longer ago than the tables reach."""

    email: str
    name: str
    group: str
    last_active: date | None
    days: int | None


@dataclass(frozen=True)
class Seats:
    """`price`: cents that a seat costs in a month."""

    taken: int
    idle: tuple[IdleSeat, ...]
    price: Decimal

    @property
    def wasted(self) -> Decimal:
        """Cents a month."""
        return len(self.idle) * self.price


def seats(team: Team, found: Active, today: date, idle_days: int) -> Seats:
    """`found` reaches back to HORIZON. Idle: no active day in the last so many, and a
    member for as long. Who is idle for longest comes first."""
    since = today - DAY * (idle_days - 1)
    members = list(_members(team, today))
    idle = []
    for email, name, first_seen_at, group in members:
        last = found.last(email)
        if not is_idle(first_seen_at.date(), last, since):
            continue
        days = (today - last).days if last else None
        idle.append(IdleSeat(email, name, group or "", last, days))
    idle.sort(key=lambda seat: (seat.last_active or date.min, seat.email))
    return Seats(len(members), tuple(idle), Decimal(team.seat_cents))


def is_idle(joined: date, last: date | None, since: date) -> bool:
    """A member since before `since`, and no active day from it on."""
    return joined < since and (last is None or last < since)


def _members(team: Team, today: date) -> QuerySet[Any, tuple[Any, ...]]:
    """(e-mail, name, since when they are known, today's group or None)."""
    now = LocalGroupMember.objects.filter(
        Q(last_day=None) | Q(last_day__gte=today),
        group__team=team,
        email=OuterRef("email"),
        first_day__lte=today,
    )
    group = Subquery(now.values("group__name")[:1])
    members = Member.objects.of(team).present().annotate(group_name=group)
    return members.values_list("email", "name", "first_seen_at", "group_name")
