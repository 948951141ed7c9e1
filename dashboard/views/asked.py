"""What a request asks for: whose team, which days, and whether they may be seen.

Every view of a team goes through `page` or `data`, so none can forget to ask.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, wraps
from hashlib import sha256
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page

from dashboard.filters import Filters, parse
from dashboard.kept import kept
from dashboard.models import LocalGroup
from dashboard.periods import BadInput, Cycle, Period, cycle_of
from dashboard.rollups.versions import data_version
from dashboard.shell import Shell
from dashboard.stats.freshness import Coverage, coverage
from tokens.access import Access, access, teams_of
from tokens.models import Team, User

A = TypeVar("A")


class Refused(Exception):
    """The request gets an answer with this status and sentence instead of numbers."""

    def __init__(self, status: int, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.field = status, field


@dataclass(frozen=True)
class Asked:
    user: User
    teams: list[Team]
    team: Team
    access: Access
    now: datetime
    cycle: Cycle
    filters: Filters
    group: LocalGroup | None = None
    read: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def covered(self) -> Coverage | None:
        """How far usage events are complete."""
        return coverage(self.team)

    @cached_property
    def version(self) -> int:
        """Grows with every change of the team's numbers."""
        return data_version(self.team)

    def kept(self, what: str, make: Callable[[], A]) -> A:
        """The numbers of a page, until a sum, a filter or a day changes."""
        covered = self.covered and (self.covered.since, self.covered.until)
        known = self.filters.dates(), self.cycle.start, self.today, covered
        parts = (what, self.team.pk, self.version, *known, get_language())
        return kept(f"page:{sha256(repr(parts).encode()).hexdigest()}", make)

    @property
    def period(self) -> Period:
        return self.filters.period

    @property
    def today(self) -> date:
        return self.now.date()

    def query(self, **changes: str) -> str:
        """A query string that keeps the team and the filters, with changes."""
        return self.filters.query(**self.in_team() | changes)

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


View = Callable[..., HttpResponseBase]
Refusal = Callable[[HttpRequest, Refused], HttpResponse]


def page(view: View) -> View:
    """Refusals are pages in the same look."""
    return _asking(view, _refusal_page)


def data(view: View) -> View:
    """Refusals are JSON that names the field."""
    return _asking(view, _refusal_json)


def export(view: View) -> View:
    """A file. It is not compressed: a stream would become many short gzip files, of
    which browsers read the first."""
    return _asking(view, _refusal_page, lambda view: view)


def _asking(
    view: View, refusal: Refusal, compressed: Callable[[View], View] = gzip_page
) -> View:
    @compressed
    @cache_control(private=True, no_cache=True)
    @login_required
    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, read(request), *args, **kwargs)
        except BadInput as error:
            return refusal(request, Refused(400, error.field, str(error)))
        except Refused as refused:
            return refusal(request, refused)

    return asking


def read(request: HttpRequest) -> Asked:
    user = request.user
    assert isinstance(user, User)
    teams = teams_of(user)
    team = _team(request, teams)
    granted = access(user, team)
    if not granted.sees_everyone:
        raise Refused(
            403,
            "team",
            _(
                "Your role in %(team)s does not show other people’s usage. "
                "An admin of the team can give you the role of an analyst."
            )
            % {"team": team.name},
        )
    now = datetime.now(UTC)
    cycle = cycle_of(team, now)
    filters = parse(request.GET, cycle, now.date())
    group = _group(team, filters.group) if filters.group else None
    return Asked(user, teams, team, granted, now, cycle, filters, group)


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


def _group(team: Team, number: int) -> LocalGroup:
    found = LocalGroup.objects.filter(team=team, pk=number).first()
    if found is None:
        raise Refused(404, "group", _("This team has no group of this number."))
    return found


def _refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    context = {"status": refused.status, "sentence": str(refused)}
    return render(request, "error.html", context, status=refused.status)


def _refusal_json(request: HttpRequest, refused: Refused) -> HttpResponse:
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
