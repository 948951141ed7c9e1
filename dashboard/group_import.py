"""A file of who is in which group, taken in: all that was shown, or nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from dashboard.exporting import Cell
from dashboard.group_csv import Problem, Row
from dashboard.group_plan import Plan, overlaps, plan
from dashboard.grouping import changing
from dashboard.models import LocalGroup, LocalGroupMember
from dashboard.rollups import rebuild_days_of_groups
from dashboard.stats.group_rows import GroupRows, group_rows
from tokens.models import Change, Team


class ChangedMeanwhile(Exception):
    """The plan is no longer the one that was shown."""


def planned(team: Team, rows: Sequence[Row], problems: Collection[Problem]) -> Plan:
    """What the file would change now. One query."""
    kept = group_rows(team)
    closed = {group.name: group.archived_at is not None for group in kept.groups}
    return plan(rows, problems, _times(kept), closed)


def in_two_groups(team: Team) -> Iterator[tuple[Row, Row]]:
    """Each two times of one person that share a day: their usage counts twice. One
    query."""
    by_person: defaultdict[str, list[Row]] = defaultdict(list)
    for row in _times(group_rows(team)):
        by_person[row.email].append(row)
    for theirs in by_person.values():
        yield from overlaps(theirs)


def _times(kept: GroupRows) -> list[Row]:
    names = {group.pk: group.name for group in kept.groups}
    return [
        Row(0, email, names[pk], first, last) for pk, email, first, last in kept.times
    ]


def digest(shown: Plan) -> str:
    return sha256(repr(shown).encode()).hexdigest()


def take_in(
    team: Team,
    rows: Sequence[Row],
    problems: Collection[Problem],
    shown: str,
    actor: str,
    file: str,
) -> Plan:
    """`shown`: the digest of the plan that somebody said yes to. Raises
    ChangedMeanwhile."""
    with changing(team):
        found = planned(team, rows, problems)
        if digest(found) != shown:
            raise ChangedMeanwhile
        if found.changes:
            _write(team, found)
            _note(team, found, actor, file)
    return found


def _write(team: Team, found: Plan) -> None:
    LocalGroup.objects.bulk_create(
        LocalGroup(team=team, name=name) for name in found.new_groups
    )
    groups = {group.name: group for group in LocalGroup.objects.filter(team=team)}
    LocalGroupMember.objects.bulk_create(
        LocalGroupMember(
            group=groups[row.group],
            email=row.email,
            first_day=row.first,
            last_day=row.last,
        )
        for row in found.added
    )
    for _before, row in found.changed:
        LocalGroupMember.objects.filter(
            group=groups[row.group], email=row.email, first_day=row.first
        ).update(last_day=row.last)
    rows = [*found.added, *(row for _before, row in found.changed)]
    people = {row.email for row in rows}
    assert not any(row.email in people for row, _other in in_two_groups(team))
    touched = sorted({groups[row.group].pk for row in rows})
    rebuild_days_of_groups(team, touched, min(row.first for row in rows), None)


def _note(team: Team, found: Plan, actor: str, file: str) -> None:
    """A line for each person's time, with the file as the reason."""
    given: dict[str, Any] = {
        "team": team,
        "actor": actor,
        "reason": f"File {file}"[:500],
    }
    lines = [
        Change(action="group.create", subject=name, after={"name": name}, **given)
        for name in found.new_groups
    ]
    lines += [
        Change(action="group.add", subject=row.email, after=_told(row), **given)
        for row in found.added
    ]
    lines += [
        Change(
            action="group.days",
            subject=row.email,
            before=_told(before),
            after=_told(row),
            **given,
        )
        for before, row in found.changed
    ]
    Change.objects.bulk_create(lines, batch_size=500)


def _told(row: Row) -> dict[str, Any]:
    return {
        "group": row.group,
        "first_day": _iso(row.first),
        "last_day": _iso(row.last),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def exported(team: Team) -> Iterator[list[Cell]]:
    """Everybody's time in the columns of the file, by person."""
    kept = group_rows(team)
    names = {group.pk: group.name for group in kept.groups}
    for pk, email, first, last in sorted(kept.times, key=lambda time: time[1:3]):
        yield [email, names[pk], first, last]
