"""How many people were in each local group, and in none, in some days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.periods import Period
from dashboard.stats.group_rows import Time
from dashboard.stats.sources import NO_GROUP


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


def counted(
    times: Iterable[Time], members: Mapping[str, date | None], period: Period
) -> Heads:
    """`members`: the day on which each left, if they did."""
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
