"""What a change of groups must not break: each is a BadInput whose field is the form's.

Call them in the transaction that makes the change.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from dashboard.group_names import folded
from dashboard.group_plan import overlap
from dashboard.models import LocalGroup, LocalGroupMember
from dashboard.periods import BadInput
from tokens.models import Team


def check_is_new(team: Team, name: str, but: LocalGroup | None = None) -> None:
    """Compared here, as SQLite folds no letters but those of ASCII."""
    others = LocalGroup.objects.filter(team=team).exclude(pk=but.pk if but else 0)
    if folded(name) in map(folded, others.values_list("name", flat=True)):
        raise BadInput("name", _("The team has a group of this name already."))


def check_open(group: LocalGroup) -> None:
    if group.archived_at:
        raise BadInput("group", _("This group is closed: it takes nobody new."))


def check_unchanged(time: LocalGroupMember) -> None:
    same = LocalGroupMember.objects.filter(
        pk=time.pk, first_day=time.first_day, last_day=time.last_day
    )
    if not same.exists():
        raise BadInput("", _("Somebody changed this meanwhile: look again."))


def check_days(
    team: Team,
    email: str,
    first: date,
    last: date | None,
    but: LocalGroupMember | None = None,
) -> None:
    if last and last < first:
        raise BadInput("last", _("The last day must not be before the first."))
    if clash := clash_of(team, email, first, last, but):
        raise _taken(clash, first)


def check_free(team: Team, times: Iterable[LocalGroupMember]) -> None:
    """The same of many people in one query."""
    kept: defaultdict[str, list[LocalGroupMember]] = defaultdict(list)
    there = LocalGroupMember.objects.filter(group__team=team)
    for one in there.select_related("group"):
        kept[one.email].append(one)
    for time in times:
        for one in kept[time.email]:
            if _share_a_day(one, time.first_day, time.last_day):
                raise _taken(one, time.first_day)


def _taken(clash: LocalGroupMember, first: date) -> BadInput:
    said = overlap(clash.email, clash.group.name, clash.first_day, clash.last_day)
    return BadInput("first" if clash.first_day <= first else "last", said)


def _share_a_day(time: LocalGroupMember, first: date, last: date | None) -> bool:
    starts_in_time = last is None or time.first_day <= last
    return starts_in_time and (time.last_day is None or time.last_day >= first)


def clash_of(
    team: Team,
    email: str,
    first: date,
    last: date | None,
    but: LocalGroupMember | None = None,
) -> LocalGroupMember | None:
    times = LocalGroupMember.objects.filter(group__team=team, email=email)
    others = times.exclude(pk=but.pk if but else 0).select_related("group")
    found = (time for time in others if _share_a_day(time, first, last))
    return next(found, None)
