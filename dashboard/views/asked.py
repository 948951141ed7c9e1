"""What a request asks for: whose team, which days, and whether they may be seen.

Every view of a team goes through `page` or `data`, so none can forget to ask.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property, wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page

from dashboard.filters import LONGEST, NOBODY, Filters, parse
from dashboard.kept import kept, named
from dashboard.models import LocalGroup, Stream
from dashboard.periods import BadInput, Cycle, Period, comparable, cycle_of
from dashboard.seeing import groups_led, led, sees
from dashboard.shell import Shell
from dashboard.stats.freshness import Coverage, coverage
from tokens.access import Access, granted
from tokens.models import Team, User, normal_email

A = TypeVar("A")
# What a page may be about, in its address.
WHOSE = ("email", "group")


class Refused(Exception):
    """The request gets an answer with this status and sentence instead of numbers."""

    def __init__(self, status: int, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.field = status, field


@dataclass(frozen=True)
class Asked:
    """`whose`: the person that the whole page is about, by e-mail (empty: usage without
    one). `of_group`: the page is about the group of its filters. They are narrowed to
    that, and links do not repeat it. `led`: the only people whom a lead may see; None
    is everybody."""

    user: User
    teams: list[Team]
    team: Team
    access: Access
    now: datetime
    cycle: Cycle
    filters: Filters
    group: LocalGroup | None = None
    whose: str | None = None
    led: frozenset[str] | None = None
    of_group: bool = False
    read: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def covered(self) -> Coverage | None:
        """How far usage events are complete."""
        return self.covered_by(Stream.EVENTS)

    def covered_by(self, stream: Stream) -> Coverage | None:
        if stream not in self.read:
            self.read[stream] = coverage(self.team, stream)
        found: Coverage | None = self.read[stream]
        return found

    @cached_property
    def version(self) -> int:
        """Grows with every change of the team's numbers. It came with the team, before
        any of them: an answer is never newer in name than in truth."""
        row = getattr(self.team, "data_version", None)
        return row.number if row else 0

    @cached_property
    def leads(self) -> list[LocalGroup]:
        """The groups that the user leads."""
        return groups_led(self.user, self.team, self.access)

    def kept(self, what: str, make: Callable[[], A]) -> A:
        """The numbers of a page, until a sum, a filter or a day changes."""
        covered = self.covered and (self.covered.since, self.covered.until)
        known = self.filters.dates(), self.cycle.start, self.today, covered
        parts = (what, self.team.pk, self.version, *known, get_language())
        return kept(named("page", *parts), make)

    @property
    def period(self) -> Period:
        return self.filters.period

    @property
    def today(self) -> date:
        return self.now.date()

    @cached_property
    def other(self) -> Period | None:
        """The days to compare the period with, where all of them are known: half of
        them would look like a rise."""
        found = comparable(self.period, self.cycle, self.today)
        since = self.covered and self.covered.since.date()
        return found if found and since and since <= found.start else None

    def query(self, **changes: str) -> str:
        """A query string that keeps the team and the filters, with changes."""
        kept = self.in_team() | ({} if self.whose is None else {"email": ""})
        kept |= {"group": ""} if self.of_group else {}
        return self.filters.query(**kept | changes)

    def here(self, **changes: str) -> str:
        """The same as a link to this very page, which an empty one would not be."""
        return self.query(**changes) or "?"

    def query_while_empty(self) -> str:
        return self.query(empty="1")

    def dates(self, **changes: str) -> str:
        """The same with the days themselves, on whatever day it is read."""
        return self.filters.dates(**self.in_team() | changes)

    def in_team(self) -> dict[str, str]:
        """Who has one team needs no word for it."""
        return {"team": self.team.slug} if len(self.teams) > 1 else {}

    @property
    def team_query(self) -> str:
        """A query string without the filters."""
        return f"?team={self.team.slug}" if len(self.teams) > 1 else ""


class NotEveryones(Refused):
    """The user's role shows less than everybody's usage."""

    def __init__(self, asked: Asked) -> None:
        sentence = _(
            "Your role in %(team)s does not show other people’s usage. "
            "An admin of the team can give you the role of an analyst."
        )
        super().__init__(403, "team", sentence % {"team": asked.team.name})
        self.asked = asked


View = Callable[..., HttpResponseBase]
Refusal = Callable[[HttpRequest, Refused], HttpResponseBase]
Reader = Callable[..., Asked]


def page(view: View) -> View:
    """Refusals are pages in the same look."""
    return asking_with(view, refusal_page, read)


def led_page(view: View) -> View:
    """The same, and leads are shown it for those whom they lead: `asked.led`."""
    return asking_with(view, refusal_page, read_led)


def front(view: View) -> View:
    """The same, but who may not see everyone is led to their own usage."""
    return asking_with(view, _own_page, read)


def person_page(view: View) -> View:
    """About one person: the `email` in the address, or whoever looks."""
    return asking_with(view, refusal_page, read_person)


def export(view: View) -> View:
    """A file. It is not compressed: a stream would become many short gzip files, of
    which browsers read the first."""
    return asking_with(view, refusal_page, read, lambda view: view)


def led_export(view: View) -> View:
    """A file, for whom `led_page` is."""
    return asking_with(view, refusal_page, read_led, lambda view: view)


def person_export(view: View) -> View:
    """A file. Who may not see everyone may ask for the `email` of somebody whom they
    see: the view shows nothing that its filters do not narrow."""
    return asking_with(view, refusal_page, read_visible, lambda view: view)


def asking_with(
    view: View,
    refusal: Refusal,
    reader: Reader,
    compressed: Callable[[View], View] = gzip_page,
) -> View:
    @compressed
    @cache_control(private=True, no_cache=True)
    @login_required
    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, reader(request, **_whose(kwargs)), *args, **kwargs)
        except BadInput as error:
            return refusal(request, Refused(400, error.field, str(error)))
        except Refused as refused:
            return refusal(request, refused)

    return asking


def _whose(arguments: dict[str, Any]) -> dict[str, str]:
    """Taken out of the address: the view finds it in `asked`."""
    return {name: arguments.pop(name) for name in WHOSE if name in arguments}


def read(request: HttpRequest) -> Asked:
    """For what shows everybody."""
    asked = first_read(request)
    if not asked.access.sees_everyone:
        raise NotEveryones(asked)
    return _with_group(asked)


def read_led(request: HttpRequest) -> Asked:
    """For what shows everybody whom `asked.led` leaves, and looks for the group."""
    asked = first_read(request)
    if not asked.access.sees_everyone:
        people = led(asked.user, asked.team, asked.access, asked.today)
        if not people:
            raise NotEveryones(asked)
        return replace(asked, led=frozenset(people))
    return asked


def read_visible(request: HttpRequest) -> Asked:
    """For what is narrowed by the filters alone."""
    return visible(first_read(request))


def visible(asked: Asked) -> Asked:
    email = asked.filters.email
    everyone = asked.access.sees_everyone
    if not everyone and (email is None or not _sees(asked, email)):
        raise NotEveryones(asked)
    return _with_group(asked)


def read_person(request: HttpRequest, email: str | None = None) -> Asked:
    """`email` as in an address: a hyphen is the usage without one."""
    asked = first_read(request)
    if email is None:
        whose = normal_email(asked.user.email)
    elif len(email) > LONGEST or not email.isprintable():
        raise nobody()
    else:
        whose = "" if email == NOBODY else normal_email(email)
        if not _sees(asked, whose):
            raise NotEveryones(asked)
    return replace(
        asked, filters=replace(asked.filters, email=whose, group=None), whose=whose
    )


def no_group() -> Refused:
    return Refused(404, "group", _("This team has no group of this number."))


def nobody() -> Refused:
    return Refused(404, "email", _("This team has no person of this e-mail."))


def _sees(asked: Asked, email: str) -> bool:
    return sees(asked.user, asked.team, asked.access, email, asked.today)


def first_read(request: HttpRequest) -> Asked:
    user = request.user
    assert isinstance(user, User)
    may = granted(user, "data_version")
    team = _team(request, list(may))
    now = datetime.now(UTC)
    cycle = cycle_of(team, now)
    filters = parse(request.GET, cycle, now.date())
    return Asked(user, list(may), team, may[team], now, cycle, filters)


def _with_group(asked: Asked) -> Asked:
    number = asked.filters.group
    return replace(asked, group=group_of(asked.team, number)) if number else asked


def _team(request: HttpRequest, teams: list[Team]) -> Team:
    if not teams:
        raise Refused(
            403,
            "team",
            _(
                "You do not belong to a team yet. "
                "Ask an admin to give you a role in one."
            ),
        )
    slug = request.GET.get("team")
    if not slug:
        return teams[0]
    for team in teams:
        if team.slug == slug:
            return team
    raise Refused(404, "team", _("You have no team of this name."))


def group_of(team: Team, number: int) -> LocalGroup:
    found = LocalGroup.objects.filter(team=team, pk=number).first()
    if found is None:
        raise no_group()
    return found


def refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    context = {"status": refused.status, "sentence": str(refused)}
    return render(request, "error.html", context, status=refused.status)


def _own_page(request: HttpRequest, refused: Refused) -> HttpResponseBase:
    if not isinstance(refused, NotEveryones):
        return refusal_page(request, refused)
    team = request.GET.get("team")
    return redirect(reverse("me", query={"team": team} if team else None))


def refusal_json(request: HttpRequest, refused: Refused) -> HttpResponse:
    error = {"field": refused.field, "message": str(refused)}
    return JsonResponse({"error": error}, status=refused.status)


def show(
    request: HttpRequest, template: str, asked: Asked, context: dict[str, Any]
) -> HttpResponse:
    shell = Shell(request, asked.teams, asked.team, asked.query(), asked.access)
    return render(
        request,
        template,
        {"shell": shell, "asked": asked, "team": asked.team} | context,
    )
