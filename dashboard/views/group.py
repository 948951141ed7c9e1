"""One local group, or who is in none: what it costs, who used what, who is in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.filters import NOBODY
from dashboard.models import LocalGroupMember, Stream
from dashboard.periods import Period
from dashboard.stats.group_people import spend_in_group, times_of
from dashboard.stats.group_sums import Compared
from dashboard.stats.groups import of_group, of_team
from dashboard.stats.people import Named, Person, members_of, person
from dashboard.stats.progress import progress
from dashboard.stats.usage import Spend
from dashboard.views.asked import Asked, show
from dashboard.views.asked_group import group_page
from dashboard.views.charts import OF_A_GROUP, drawn
from dashboard.views.groups import asking
from dashboard.views.picker import picker
from tokens.models import normal_email

SHOWN = 300


@dataclass(frozen=True)
class Seen:
    """Who used what, the highest spend first. `others`: people whom a lead does not
    see, because they are no longer in the group."""

    people: list[Person]
    others: Spend | None

    @cached_property
    def shown(self) -> list[Person]:
        return self.people[:SHOWN]

    @cached_property
    def has_other(self) -> bool:
        """Money that is neither included nor on-demand."""
        spends = [person.spend for person in self.shown]
        return any(spend.other for spend in [*spends, self.others or Spend()])


@require_safe
@group_page
def group(request: HttpRequest, asked: Asked) -> HttpResponse:
    other = asked.other
    mine, whole = _sums(asked, other)
    times = times_of(asked.team, asked.filters.only)
    spends = _spends(asked, times)
    names = members_of(asked.team)
    context = {
        "picker": picker(asked),
        "group": asked.group,
        "number": asked.group.pk if asked.group else NOBODY,
        "title": asked.group.name if asked.group else _("In no group"),
        "mine": mine,
        "whole": whole,
        "other": other,
        "seen": _seen(asked, names, times, spends),
        "times": _times(asked, names, times),
        "charts": [drawn(asked, slug) for slug in OF_A_GROUP] if asked.group else [],
        "led": asked.leads,
        "covered": asked.covered,
        "events_refusal": ""
        if asked.covered
        else progress(asked.team, asked.now).refusal(Stream.EVENTS),
    }
    return show(request, "dashboard/group.html", asked, context)


def _sums(asked: Asked, other: Period | None) -> tuple[Compared, Compared | None]:
    """The group's, and for those who may see it the whole team's."""
    about = asking(asked, other)
    mine = asked.kept(f"group {other}", lambda: of_group(about))
    if not asked.access.sees_everyone:
        return mine, None
    return mine, asked.kept(f"team {other}", lambda: of_team(about))


def _spends(asked: Asked, times: list[LocalGroupMember]) -> dict[str, Spend]:
    """By e-mail."""
    team, period, only = asked.team, asked.period, asked.filters.only
    return asked.kept(
        "people of a group",
        lambda: spend_in_group(team, period, only, times, asked.today),
    )


def _seen(
    asked: Asked,
    names: dict[str, Named],
    times: list[LocalGroupMember],
    spends: dict[str, Spend],
) -> Seen:
    visible, hidden = spends, list[Spend]()
    if not asked.access.sees_everyone:
        theirs = {time.email for time in times if is_now(time, asked.today)}
        theirs.add(normal_email(asked.user.email))
        visible = {email: s for email, s in spends.items() if email in theirs}
        hidden = [spend for email, spend in spends.items() if email not in theirs]
    people = [person(email, names.get(email), visible[email]) for email in visible]
    people.sort(key=lambda person: (-person.spend.total, person.email))
    return Seen(people, _added(hidden) if hidden else None)


def _added(spends: Iterable[Spend]) -> Spend:
    whole = Spend()
    for one in spends:
        whole = whole.and_also(one)
    return whole


def _times(
    asked: Asked, names: dict[str, Named], times: list[LocalGroupMember]
) -> list[tuple[LocalGroupMember, str]]:
    """Who is in the group with their names, those who are in it now first. A lead sees
    those alone."""
    if asked.group is None:
        return []
    if not asked.access.sees_everyone:
        times = [time for time in times if is_now(time, asked.today)]
    now_first = sorted(
        times, key=lambda time: (not is_now(time, asked.today), time.email)
    )
    return [(time, _name(names.get(time.email))) for time in now_first]


def _name(member: Named | None) -> str:
    return member.name if member else ""


def is_now(time: LocalGroupMember, today: date) -> bool:
    return time.first_day <= today and (time.last_day is None or time.last_day >= today)
