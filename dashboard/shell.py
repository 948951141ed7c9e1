"""What every page of the shell needs: who, which teams, the menu, the demo banner."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tokens.access import Access, access, teams_of
from tokens.models import Team, User


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    title: str
    url: str
    icon: str
    is_here: bool


class Shell:
    """Asks the database only for what a template shows, and at most once. The menu
    holds what the user may open. Error pages are shown with it too, so a dead database
    leaves it without a user, not broken."""

    def __init__(
        self,
        request: HttpRequest,
        teams: list[Team] | None = None,
        team: Team | None = None,
        query: str = "",
        granted: Access | None = None,
    ) -> None:
        self._request, self._teams, self._team = request, teams, team
        self._granted = granted
        self._given = query

    @cached_property
    def user(self) -> User | None:
        try:
            user = getattr(self._request, "user", None)
            return user if isinstance(user, User) and user.is_active else None
        except DatabaseError:
            return None

    @cached_property
    def teams(self) -> list[Team]:
        if self._teams is None:
            self._teams = teams_of(self.user) if self.user else []
        return self._teams

    @cached_property
    def team(self) -> Team | None:
        if self._team or not self.teams:
            return self._team
        slug = self._request.GET.get("team")
        return next((t for t in self.teams if t.slug == slug), self.teams[0])

    @property
    def menu(self) -> list[Entry]:
        if not self.user:
            return []
        entries = []
        own = self._own
        if own and not self._sees_everyone:
            entries.append(own)
            if self._leads:
                entries += [self._people, self._groups]
        if self._sees_everyone:
            entries = [
                self._entry(_("Overview"), "overview", "grid-1x2", self._query),
                self._people,
                self._entry(_("Models"), "models", "cpu", self._query),
                self._entry(_("Adoption"), "adoption", "activity", self._query),
                self._groups,
                self._entry(_("Report"), "report", "file-earmark-text", self.of_team),
                self._entry(
                    _("Reconciliation"), "reconcile", "check2-circle", self._query
                ),
                self._entry(_("Sync"), "sync", "arrow-repeat", self._query),
                self._entry(_("Requests"), "logs", "list-ul", self.of_team),
            ]
        if self._manages:
            entries.append(
                self._entry(_("Audit log"), "audit-log", "shield-check", self._query)
            )
            entries.append(
                self._entry(_("Gateway"), "gateway", "hdd-network", self.of_team)
            )
            entries.append(self._entry(_("Tokens"), "tokeninfo", "key", self.of_team))
        if own and self._sees_everyone:
            entries.append(own)
        if self.user.is_staff:
            entries.append(self._entry(_("Admin"), "admin:index", "gear"))
        return entries

    @property
    def path(self) -> str:
        """Where a form leads back to. A page that answers a form has no address."""
        if self._request.method != "GET":
            return reverse("overview")
        return self._request.get_full_path()

    @property
    def _own(self) -> Entry | None:
        if not self.team:
            return None
        return self._entry(_("My usage"), "me", "person-circle", self._query)

    @property
    def _people(self) -> Entry:
        return self._entry(_("People"), "people", "people", self._query)

    @property
    def _groups(self) -> Entry:
        """A lead is led on to their own."""
        return self._entry(_("Groups"), "groups", "diagram-3", self._query)

    @property
    def _leads(self) -> bool:
        granted = self._access
        return bool(granted and granted.leads)

    @property
    def _sees_everyone(self) -> bool:
        granted = self._access
        return bool(granted and granted.sees_everyone)

    @property
    def _manages(self) -> bool:
        granted = self._access
        return bool(granted and granted.manages)

    @property
    def _access(self) -> Access | None:
        if self._granted is None and self.user and self.team:
            self._granted = access(self.user, self.team)
        return self._granted

    @property
    def _query(self) -> str:
        """A page that refuses has no filters to keep, but it keeps the team."""
        return self._given or self.of_team

    @property
    def of_team(self) -> str:
        """Who has one team needs no word for it."""
        return f"?team={self.team.slug}" if self.team and len(self.teams) > 1 else ""

    def _entry(self, title: str, route: str, icon: str, query: str = "") -> Entry:
        url = reverse(route)
        return Entry(title, url + query, icon, self._request.path == url)


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": Shell(request)}
