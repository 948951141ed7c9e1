"""Seats that are paid for and not used."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

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
    members = Member.objects.of(team).present()
    groups = _groups(team, today)
    idle = []
    for member in members:
        last = found.last(member.email)
        if not is_idle(member.first_seen_at.date(), last, since):
            continue
        days = (today - last).days if last else None
        group = groups.get(member.email, "")
        idle.append(IdleSeat(member.email, member.name, group, last, days))
    idle.sort(key=lambda seat: (seat.last_active or date.min, seat.email))
    return Seats(len(members), tuple(idle), Decimal(team.seat_cents))


def is_idle(joined: date, last: date | None, since: date) -> bool:
    """A member since before `since`, and no active day from it on."""
    return joined < since and (last is None or last < since)


def _groups(team: Team, today: date) -> dict[str, str]:
    now = LocalGroupMember.objects.filter(group__team=team, first_day__lte=today)
    found = now.exclude(last_day__lt=today)
    return dict(found.values_list("email", "group__name"))
