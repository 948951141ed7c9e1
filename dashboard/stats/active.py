"""Who was active on which days: a person's days are the bits of one whole number.

Somebody is active on a UTC day when the vendor's counters say so, or when they have
events on it. Usage without an e-mail is nobody. Whole months come from the table of
months, days of months that are not fresh from the day tables.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet, Value

from dashboard.models import (
    DailyUsage,
    DayPerson,
    FreshMonth,
    LocalGroupMember,
    PersonMonth,
)
from dashboard.periods import DAY, Period, days_before
from dashboard.stats.sources import NO_GROUP
from dashboard.stats.spans import between
from tokens.models import Team

WEEK, MONTH = 7, 30
# What says by the day that somebody was active, and which of its rows do.
BY_DAY: tuple[tuple[type[Model], Q], ...] = (
    (DayPerson, Q()),
    (DailyUsage, Q(is_active=True)),
)


@dataclass(frozen=True)
class Active:
    """`people` maps an e-mail to its days: bit n is the day `first` + n."""

    first: date
    people: dict[str, int]

    def on(self, day: date, people: Iterable[str] | None = None) -> int:
        """How many of these people (of all) were active on the day."""
        bit = 1 << (day - self.first).days
        return sum(1 for bits in self._bits(people) if bits & bit)

    def days(self, email: str, period: Period) -> int:
        """How many days of the period somebody was active on."""
        return (self.people.get(email, 0) & self._mask(period)).bit_count()

    def last(self, email: str) -> date | None:
        """The last active day that is known here."""
        bits = self.people.get(email, 0)
        return self.first + DAY * (bits.bit_length() - 1) if bits else None

    def since(self) -> date | None:
        """The first day that anybody was active on."""
        every = 0
        for bits in self.people.values():
            every |= bits
        return self.first + DAY * ((every & -every).bit_length() - 1) if every else None

    def within(self, period: Period) -> set[str]:
        """Everybody with an active day in the period."""
        mask = self._mask(period)
        return {email for email, bits in self.people.items() if bits & mask}

    def rolling(self, period: Period, length: int) -> list[int]:
        """For each day of the period, how many people were active on it or on one of
        the `length` - 1 days before. `first` has to lie as far back."""
        start = (period.start - self.first).days
        smeared = (_smeared(bits, length) >> start for bits in self.people.values())
        return _counted(smeared, len(period))

    def of(self, people: Iterable[str]) -> "Active":
        """These people alone."""
        kept = {email: self.people.get(email, 0) for email in people}
        return Active(self.first, kept)

    def _bits(self, people: Iterable[str] | None) -> Iterable[int]:
        if people is None:
            return self.people.values()
        return (self.people.get(email, 0) for email in people)

    def _mask(self, period: Period) -> int:
        low = (period.start - self.first).days
        high = (period.end - self.first).days + 1
        return (1 << max(0, high)) - (1 << max(0, low))


def active(team: Team, period: Period, before: int = MONTH - 1) -> Active:
    """Of the period and so many days before it, for rolling counts."""
    first = days_before(period.start, before)
    people: dict[str, int] = {}
    for email, day, bits in _found(team, Period(first, period.end)):
        offset = (day - first).days
        moved = bits << offset if offset >= 0 else bits >> -offset
        people[email] = people.get(email, 0) | moved
    last = 1 << ((period.end - first).days + 1)
    return Active(
        first, {email: bits % last for email, bits in people.items() if email}
    )


def in_group(found: Active, team: Team, group: int) -> Active:
    """Only the days on which each person was in the local group; with NO_GROUP, those
    on which they were in none."""
    times = LocalGroupMember.objects.filter(group__team=team)
    if group != NO_GROUP:
        times = times.filter(group=group)
    inside: dict[str, int] = {}
    for email, first, last in times.values_list("email", "first_day", "last_day"):
        low = max(0, (first - found.first).days)
        bits = -1 << low
        if last is not None:
            bits &= (1 << max(0, (last - found.first).days + 1)) - 1
        inside[email] = inside.get(email, 0) | bits
    if group == NO_GROUP:
        kept = {e: bits & ~inside.get(e, 0) for e, bits in found.people.items()}
    else:
        kept = {e: bits & inside.get(e, 0) for e, bits in found.people.items()}
    return Active(found.first, kept)


def _found(team: Team, period: Period) -> Iterator[tuple[str, date, int]]:
    """(e-mail, a day, bits from that day on). One statement for all tables."""
    months = months_touched(team, period)
    parts: list[QuerySet[Any, tuple[str, date, int]]] = []
    if months:
        rows = PersonMonth.objects.filter(team=team, month__in=months, days__gt=0)
        parts.append(rows.order_by().values_list("email", "month", "days"))
    for days in between(period, months):
        for by_day, only in BY_DAY:
            single = by_day._default_manager.filter(
                only, team=team, day__range=(days.start, days.end)
            )
            found = single.order_by().values_list("email", "day", Value(1))
            parts.append(found.distinct())
    yield from parts[0].union(*parts[1:], all=True)


def months_touched(team: Team, period: Period) -> list[date]:
    """Every month of people that is fresh and that the period touches, the oldest
    first: more days than asked for do no harm, they are cut off."""
    return fresh_by_source(team, period).get(FreshMonth.Source.PEOPLE, [])


def fresh_by_source(team: Team, period: Period) -> dict[str, list[date]]:
    """The fresh months that the period touches, the oldest first."""
    span = (period.start.replace(day=1), period.end)
    rows = FreshMonth.objects.filter(team=team, month__range=span)
    found: dict[str, list[date]] = {}
    for source, month in rows.order_by("month").values_list("source", "month"):
        found.setdefault(source, []).append(month)
    return found


def _smeared(bits: int, length: int) -> int:
    """Each bit also on the `length` - 1 places above it."""
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        bits |= bits << step
        reach += step
    return bits


def _counted(numbers: Iterable[int], places: int) -> list[int]:
    """How many of the numbers have each bit. All places are counted at once: bit n of
    `planes[i]` is bit i of the count of place n, so a number is added with a few
    operations on whole numbers instead of one for each of its days."""
    mask = (1 << places) - 1
    planes: list[int] = []
    for number in numbers:
        carry = number & mask
        for i, plane in enumerate(planes):
            planes[i], carry = plane ^ carry, plane & carry
            if not carry:
                break
        if carry:
            planes.append(carry)
    return [
        sum((plane >> place & 1) << i for i, plane in enumerate(planes))
        for place in range(places)
    ]
