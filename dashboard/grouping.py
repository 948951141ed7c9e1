"""Changes of local groups and of who is in them.

Each is one transaction: the rows, the sums that follow from them, and the line of the
audit log. A person is in one group at a time; what would break that is a BadInput whose
field is the form's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dashboard.group_checks import (
    check_days,
    check_free,
    check_is_new,
    check_open,
    check_unchanged,
    clash_of,
)
from dashboard.group_names import check_name
from dashboard.models import LocalGroup, LocalGroupMember
from dashboard.periods import DAY, BadInput
from dashboard.rollups import rebuild_days_of_groups
from dashboard.rollups.versions import changed
from tokens.models import Change, Team


@dataclass(frozen=True)
class Facts:
    """What somebody says of a group. `lead` is an e-mail or empty."""

    name: str
    code: str = ""
    lead: str = ""
    is_closed: bool = False


def create(team: Team, facts: Facts, actor: str) -> LocalGroup:
    with changing(team):
        check_name(facts.name, "name")
        check_is_new(team, facts.name)
        group = LocalGroup.objects.create(
            team=team, name=facts.name, code=facts.code, lead_email=facts.lead
        )
        _note(team, actor, "group.create", group.name, after=_told(group))
    return group


def edit(group: LocalGroup, facts: Facts, actor: str, now: datetime) -> None:
    team, before = group.team, _told(group)
    with changing(team):
        check_name(facts.name, "name")
        check_is_new(team, facts.name, but=group)
        group.name, group.code = facts.name, facts.code
        group.lead_email = facts.lead
        group.archived_at = (group.archived_at or now) if facts.is_closed else None
        group.save(update_fields=["name", "code", "lead_email", "archived_at"])
        if before != _told(group):
            _note(team, actor, "group.edit", group.name, before, _told(group))


def delete(group: LocalGroup, actor: str) -> Change:
    """Its usage is in no group then. What is returned keeps who was in it."""
    team = group.team
    with changing(team):
        times = group.members.values_list("email", "first_day", "last_day")
        members = [[email, *map(_iso, days)] for email, *days in times]
        before = _told(group) | {"members": members}
        group.delete()
        return _note(team, actor, "group.delete", before["name"], before)


def restore(team: Team, deleted: Change, actor: str, now: datetime) -> LocalGroup:
    """What `delete` returned, undone: the group and everybody's time in it."""
    told = deleted.before or {}
    with changing(team):
        check_is_new(team, told["name"])
        group = LocalGroup.objects.create(
            team=team,
            name=told["name"],
            code=told["code"],
            lead_email=told["lead"],
            archived_at=now if told["closed"] else None,
        )
        times = [
            LocalGroupMember(
                group=group,
                email=email,
                first_day=date.fromisoformat(first),
                last_day=date.fromisoformat(last) if last else None,
            )
            for email, first, last in told["members"]
        ]
        check_free(team, times)
        LocalGroupMember.objects.bulk_create(times)
        if times:
            start = min(time.first_day for time in times)
            rebuild_days_of_groups(team, [group.pk], start, None)
        _note(team, actor, "group.restore", group.name, after=told)
    return group


def add(
    group: LocalGroup, email: str, first: date, last: date | None, actor: str
) -> LocalGroupMember:
    with changing(group.team):
        check_open(group)
        check_days(group.team, email, first, last)
        made = group.members.create(email=email, first_day=first, last_day=last)
        rebuild_days_of_groups(group.team, [group.pk], first, last)
        _note(group.team, actor, "group.add", email, after=_told_of(made))
    return made


def change(time: LocalGroupMember, first: date, last: date | None, actor: str) -> None:
    """Other days of somebody's time in a group, such as its end."""
    team, before = time.group.team, _told_of(time)
    with changing(team):
        check_unchanged(time)
        check_days(team, time.email, first, last, but=time)
        start = min(first, time.first_day)
        end = max(last, time.last_day) if last and time.last_day else None
        time.first_day, time.last_day = first, last
        time.save(update_fields=["first_day", "last_day"])
        rebuild_days_of_groups(team, [time.group_id], start, end)
        _note(team, actor, "group.days", time.email, before, _told_of(time))


def move(
    time: LocalGroupMember, group: LocalGroup, first: date, actor: str
) -> LocalGroupMember:
    """From that day on in another group, until the same last day."""
    team, before = time.group.team, _told_of(time)
    if group == time.group:
        raise BadInput("group", _("They are in this group already: name another one."))
    if first < time.first_day or (time.last_day and first > time.last_day):
        raise BadInput(
            "first", _("The day must be one on which they are in the group.")
        )
    with changing(team):
        check_unchanged(time)
        check_open(group)
        last, old = time.last_day, time.group_id
        if first == time.first_day:
            time.delete()
        else:
            time.last_day = first - DAY
            time.save(update_fields=["last_day"])
        made = group.members.create(email=time.email, first_day=first, last_day=last)
        rebuild_days_of_groups(team, [old, group.pk], first, last)
        _note(team, actor, "group.move", time.email, before, _told_of(made))
    return made


def remove(time: LocalGroupMember, actor: str) -> None:
    """As if they had never been in it."""
    team, before = time.group.team, _told_of(time)
    with changing(team):
        check_unchanged(time)
        time.delete()
        rebuild_days_of_groups(team, [time.group_id], time.first_day, time.last_day)
        _note(team, actor, "group.remove", time.email, before)


def known_by(team: Team, key: str, email: str) -> None:
    """Who was known by an id has an e-mail now, and stays in their groups; a time on
    days on which the e-mail is in a group already stays behind."""
    times = LocalGroupMember.objects.filter(group__team=team)
    with changing(team):
        for time in times.filter(email=key).select_related("group"):
            if clash_of(team, email, time.first_day, time.last_day):
                continue
            time.email = email
            time.save(update_fields=["email"])
            days = time.first_day, time.last_day
            rebuild_days_of_groups(team, [time.group_id], *days)
            told = _told_of(time)
            _note(team, "sync", "group.email", email, told | {"email": key}, told)


@contextmanager
def changing(team: Team) -> Iterator[None]:
    """Nobody else changes groups of the team meanwhile, and kept charts are old."""
    with transaction.atomic():
        changed(team)
        yield


def _told(group: LocalGroup) -> dict[str, Any]:
    """As the audit log keeps it."""
    return {
        "name": group.name,
        "code": group.code,
        "lead": group.lead_email,
        "closed": group.archived_at is not None,
    }


def _told_of(time: LocalGroupMember) -> dict[str, Any]:
    return {
        "group": time.group.name,
        "first_day": _iso(time.first_day),
        "last_day": _iso(time.last_day),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _note(
    team: Team,
    actor: str,
    action: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Change:
    return Change.objects.create(
        team=team,
        actor=actor,
        action=action,
        subject=subject,
        before=before,
        after=after,
    )
