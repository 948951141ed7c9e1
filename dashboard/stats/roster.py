"""Everybody of the team, each with their numbers: those with a seat, those who left,
and those whom only usage tells of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from dashboard.models import FreshMonth, Member
from dashboard.periods import Cycle, Period
from dashboard.stats.active import fresh_by_source
from dashboard.stats.by_person import (
    BEFORE,
    LATE,
    NOW,
    ByPerson,
    Used,
    by_person,
    compared,
)
from dashboard.stats.gauge import Reading, readings
from dashboard.stats.group_times import GroupTimes
from dashboard.stats.lately import Lately, horizon, lately
from dashboard.stats.sources import Only
from tokens.models import Team

Months = Mapping[str, Sequence[date]]
NOTHING = Used()


@dataclass(frozen=True)
class Seat:
    """Somebody of the list of members, also of a former one."""

    email: str
    name: str
    role: str
    seen_since: datetime
    left_at: datetime | None


@dataclass(frozen=True)
class Somebody:
    """An empty e-mail is usage that the vendor gave without one. Cents. `spend` is of
    the money that was asked for, and `whole_days` the part of it before today, which
    `before` is compared with; None where those days are not known. `reading` is the
    vendor's own gauge of the present cycle."""

    email: str
    name: str
    role: str
    is_member: bool
    seen_since: date | None
    left_at: datetime | None
    groups: tuple[str, ...]
    used: Used
    spend: Decimal
    whole_days: Decimal
    before: Decimal | None
    lines: int
    last_active: date | None
    reading: Reading | None

    @property
    def title(self) -> str:
        return self.name or self.email or _("Unattributed")

    @property
    def has_seat(self) -> bool:
        return self.is_member and self.left_at is None

    @property
    def rise(self) -> Decimal | None:
        return None if self.before is None else self.whole_days - self.before

    @property
    def change(self) -> Decimal | None:
        """Percent; None where there was nothing before."""
        if self.rise is None or not self.before:
            return None
        return self.rise * 100 / self.before

    @property
    def is_new(self) -> bool:
        """Their first money: there is nothing to compare it with."""
        return self.before == 0 and self.whole_days > 0


@dataclass(frozen=True)
class Span:
    """What a roster is about: `before` is compared with the period's days that are
    over, None where not all of its days are known."""

    period: Period
    before: Period | None
    cycle: Cycle
    today: date

    @property
    def whole(self) -> Period:
        """With all days whose people are looked at."""
        known = [self.period, self.before or self.period, horizon(self.today)]
        return Period(min(p.start for p in known), max(p.end for p in known))

    @property
    def parts(self) -> dict[str, Period]:
        return compared(self.period, self.before, self.today)


def months_of(team: Team, span: Span) -> Months:
    """What the tables of months hold of a span's days, by source."""
    return fresh_by_source(team, span.whole)


def roster(
    team: Team, span: Span, only: Only, times: GroupTimes, months: Months
) -> list[Somebody]:
    """Four queries. Lines and last active days are of all models and groups."""
    by_month = months.get(FreshMonth.Source.EVENTS, ())
    of_people = months.get(FreshMonth.Source.PEOPLE, ())
    used = by_person(team, span.parts, by_month, only, times, of_people=of_people)
    seen = lately(team, span.today, span.parts[NOW], of_people)
    gauges = {reading.email: reading for reading in readings(team, span.cycle)}
    names = ("email", "name", "role", "first_seen_at", "left_at")
    members = {
        row[0]: Seat(*row) for row in Member.objects.of(team).values_list(*names)
    }
    emails = {*members, *seen.last, *(email for by in used.values() for email in by)}
    if only.email is not None:
        emails &= {only.email}
    if only.group is not None:
        emails = {e for e in emails if times.holds(only.group, e, span.period)}
    return [
        _somebody(email, members.get(email), span, only, times, used, seen, gauges)
        for email in sorted(emails)
    ]


def _somebody(
    email: str,
    seat: Seat | None,
    span: Span,
    only: Only,
    times: GroupTimes,
    used: Mapping[str, ByPerson],
    seen: Lately,
    gauges: Mapping[str, Reading],
) -> Somebody:
    now, late, before = (
        used.get(name, {}).get(email, NOTHING) for name in (NOW, LATE, BEFORE)
    )
    spend = now.of(only.kind)
    return Somebody(
        email=email,
        name=seat.name if seat else "",
        role=seat.role if seat else "",
        is_member=seat is not None,
        seen_since=seat.seen_since.date() if seat else None,
        left_at=seat.left_at if seat else None,
        groups=times.named(email, span.period),
        used=now,
        spend=spend,
        whole_days=spend - late.total,
        before=before.total if span.before else None,
        lines=seen.lines.get(email, 0),
        last_active=seen.last.get(email),
        reading=gauges.get(email),
    )
