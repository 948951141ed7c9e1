"""Which table of sums answers a question: the smallest that has its columns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from dashboard.models import (
    DayGroup,
    DayModel,
    DayPerson,
    LocalGroupMember,
    MonthGroup,
    MonthPerson,
    MonthRollup,
    PersonMonth,
    UsageRollup,
)
from dashboard.models.sums import Sums
from dashboard.periods import Period
from tokens.models import Team

# In `Only.group`: the people who are in no group.
NO_GROUP = 0


@dataclass(frozen=True)
class Only:
    """The part of a team's usage that is summed; None is all of it. An empty `email` or
    `model` is the usage that came without one, `group` a local group's number."""

    group: int | None = None
    model: str | None = None
    email: str | None = None
    kind: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        every = {"model": self.model, "email": self.email, "kind": self.kind}
        return {name: value for name, value in every.items() if value is not None}


EVERYTHING = Only()


@dataclass(frozen=True)
class Source:
    """A table by day, and the one that holds its sums of whole months."""

    days: type[Sums]
    columns: frozenset[str]
    months: type[Sums] | type[PersonMonth] | None = None


WHOLE = Source(DayModel, frozenset({"model", "kind"}))
SMALLEST_FIRST = (
    WHOLE,
    Source(DayPerson, frozenset({"email", "kind"}), MonthPerson),
    Source(UsageRollup, frozenset({"email", "model", "kind"}), MonthRollup),
)
BY_GROUP = Source(DayGroup, frozenset({"group_id", "model", "kind"}), MonthGroup)


def source(needed: Collection[str]) -> Source:
    """`needed`: the columns, besides the day, that the sums are split or narrowed by.
    Raises LookupError for a group's people by name: no table has both."""
    for found in (*SMALLEST_FIRST, BY_GROUP):
        if found.columns.issuperset(needed):
            return found
    raise LookupError(f"No table of sums has {', '.join(sorted(needed))}.")


def rows(
    table: type[Sums],
    team: Team,
    period: Period,
    only: Only,
    people: Collection[str] | None = None,
) -> QuerySet[Any]:
    """The rows of a table by day. Who is in a group follows from each day, so a table
    by person is asked who was in it then. `people`: as for `in_group`."""
    days = {"day__gte": period.start, "day__lte": period.end}
    every: QuerySet[Any] = table._default_manager.order_by()
    found = every.filter(team=team, **days, **only.columns)
    if only.group is None:
        return found
    if table is DayGroup:
        return found.filter(group=only.group)
    return found.filter(in_group(team, only.group, people))


def month_rows(
    table: type[Sums] | type[PersonMonth],
    team: Team,
    months: Sequence[date],
    only: Only,
) -> QuerySet[Any]:
    """The rows of a table by month that have usage: in a person's month there may be
    daily counters alone. Who is in a group may change on any day, so a table by person
    cannot be asked for one."""
    assert only.group is None or table is MonthGroup
    every: QuerySet[Any] = table._default_manager.order_by()
    found = every.filter(team=team, month__in=months, events__gt=0, **only.columns)
    return found if only.group is None else found.filter(group=only.group)


def narrowed(found: QuerySet[Any], team: Team, only: Only) -> QuerySet[Any]:
    """Rows that have every column, such as events themselves."""
    found = found.filter(**only.columns)
    return found if only.group is None else found.filter(in_group(team, only.group))


def in_group(team: Team, group: int, people: Collection[str] | None = None) -> Q:
    """For rows with an `email` and a `day`: who was in the group on that day. `people`:
    everybody who was ever in it, where that is known already."""
    was_in = LocalGroupMember.objects.filter(
        Q(last_day=None) | Q(last_day__gte=OuterRef("day")),
        group__team=team,
        email=OuterRef("email"),
        first_day__lte=OuterRef("day"),
    )
    if group == NO_GROUP:
        return Q(~Exists(was_in))
    if people is None:
        times = LocalGroupMember.objects.filter(group=group)
        people = set(times.values_list("email", flat=True))
    # As a list it leads PostgreSQL to the index by person.
    return Q(Exists(was_in.filter(group=group)), email__in=sorted(people))
