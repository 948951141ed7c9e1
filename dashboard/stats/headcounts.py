"""How many people were in each local group, and in none, in some days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.models import LocalGroupMember, Member
from dashboard.periods import Period
from dashboard.stats.sources import NO_GROUP
from tokens.models import Team

Time = tuple[int, str, date, date | None]


@dataclass(frozen=True)
class Heads:
    """E-mails by the number of a group; `NO_GROUP` has those who were in none on some
    day. Somebody who changed groups is in both."""

    people: Mapping[int, frozenset[str]]

    def of(self, number: int) -> int:
        return len(self.people.get(number, ()))

    @property
    def all(self) -> int:
        return len(frozenset[str]().union(*self.people.values()))


def headcounts(team: Team, period: Period, today: date) -> Heads:
    """Of the period's days up to today. Two queries."""
    end = max(period.start, min(period.end, today))
    times = LocalGroupMember.objects.filter(group__team=team, first_day__lte=end)
    times = times.exclude(last_day__lt=period.start).order_by()
    members = Member.objects.of(team).values_list("email", "left_at")
    return counted(
        times.values_list("group_id", "email", "first_day", "last_day"),
        {email: left.date() if left else None for email, left in members},
        Period(period.start, end),
    )


def counted(
    times: Iterable[Time], members: Mapping[str, date | None], period: Period
) -> Heads:
    """`members`: the day on which each left, if they did. Pure."""
    people: defaultdict[int, set[str]] = defaultdict(set)
    covered: defaultdict[str, int] = defaultdict(int)
    for number, email, first, last in times:
        left = members.get(email)
        ends = [day for day in (period.end, last, left) if day]
        days = (min(ends) - max(first, period.start)).days + 1
        if days > 0:
            people[number].add(email)
            covered[email] += days
    for email, left in members.items():
        days = (min(period.end, left or period.end) - period.start).days + 1
        if days > covered[email]:
            people[NO_GROUP].add(email)
    return Heads({number: frozenset(found) for number, found in people.items()})
