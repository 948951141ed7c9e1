"""Who was in which of the team's own groups, and when: one query for all of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from dashboard.models import LocalGroup
from dashboard.periods import Period
from dashboard.stats.sources import NO_GROUP
from tokens.models import Team


@dataclass(frozen=True)
class Time:
    """Somebody's days in a group; `last` None: still."""

    group: int
    name: str
    first: date
    last: date | None

    def days_in(self, period: Period) -> int:
        first = max(self.first, period.start)
        last = min(self.last or period.end, period.end)
        return max(0, (last - first).days + 1)


@dataclass(frozen=True)
class GroupTimes:
    """`names`: every group by its number. `people`: by e-mail, the oldest first."""

    names: dict[int, str]
    people: dict[str, list[Time]]

    def of(self, emails: Collection[str]) -> dict[int, str]:
        """The groups that any of these people was ever in."""
        numbers = {time.group for e in emails for time in self.people.get(e, ())}
        return {pk: name for pk, name in self.names.items() if pk in numbers}

    def people_of(self, group: int) -> set[str]:
        """Everybody who was ever in the group."""
        return {
            email
            for email, times in self.people.items()
            if any(time.group == group for time in times)
        }

    def named(self, email: str, period: Period) -> tuple[str, ...]:
        """The groups that somebody was in during the period."""
        return tuple(dict.fromkeys(t.name for t in self._in(email, period)))

    def holds(self, group: int, email: str, period: Period) -> bool:
        """Whether somebody was in the group on a day of the period; with NO_GROUP,
        whether there is a day on which they were in none."""
        if group == NO_GROUP:
            days = sum(t.days_in(period) for t in self.people.get(email, ()))
            return days < len(period)
        return any(time.group == group for time in self._in(email, period))

    def _in(self, email: str, period: Period) -> Iterable[Time]:
        times = self.people.get(email, ())
        return (time for time in times if time.days_in(period))


def group_times(team: Team) -> GroupTimes:
    found = (
        LocalGroup.objects.filter(team=team)
        .order_by("name")
        .values_list(
            "pk",
            "name",
            "members__email",
            "members__first_day",
            "members__last_day",
        )
    )
    names: dict[int, str] = {}
    people: dict[str, list[Time]] = {}
    for pk, name, email, first, last in found:
        names[pk] = name
        if email is not None:
            people.setdefault(email, []).append(Time(pk, name, first, last))
    for times in people.values():
        times.sort(key=lambda time: time.first)
    return GroupTimes(names, people)
