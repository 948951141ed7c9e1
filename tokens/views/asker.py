"""Who asks for a team's upstream tokens: AUTH_TOKEN's holder, or a team's admin.

The seed served some of this to everybody. Here nothing is said without one of the two.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from tokens import master
from tokens.access import access, teams_of
from tokens.crypto import fingerprint
from tokens.first_team import oldest_real
from tokens.models import Team, User

_OPENED = "token_page_opened_with"


@dataclass(frozen=True, slots=True)
class Asker:
    """`team` is None while there is no real one: the first token makes it. `user` is
    None for the holder of AUTH_TOKEN. `is_sure`: it is not a browser that another
    site could have sent here."""

    actor: str
    team: Team | None
    user: User | None = None
    is_sure: bool = False


def asker_of(request: HttpRequest) -> Asker | None:
    """None: neither a good AUTH_TOKEN nor somebody who manages the team."""
    if brings_master_key(request):
        return Asker(master.MASTER, oldest_real(), is_sure=True)
    user = request.user
    asker = _signed_in(request, user) if isinstance(user, User) else None
    if asker is None and has_opened(request):
        asker = Asker(master.MASTER, oldest_real())
    return asker


def brings_master_key(request: HttpRequest) -> bool:
    """AUTH_TOKEN as a bearer, as programs send it."""
    given = master.bearer(request.headers.get("Authorization", ""))
    return master.opens(given, settings.AUTH_TOKEN)


def has_opened(request: HttpRequest) -> bool:
    """AUTH_TOKEN was typed in this browser's session."""
    opened = str(request.session.get(_OPENED, ""))
    return constant_time_compare(opened, _mark())


def remember_opened(request: HttpRequest) -> None:
    """AUTH_TOKEN was typed on the page: the browser's session may go on with it, until
    it ends or AUTH_TOKEN is another."""
    request.session.cycle_key()
    request.session[_OPENED] = _mark()
    request.session.set_expiry(0)


def _mark() -> str:
    return fingerprint(f"token page {settings.SECRET_KEY} {settings.AUTH_TOKEN}")


def _signed_in(request: HttpRequest, user: User) -> Asker | None:
    """The demo's team has no real tokens, so the oldest real one stands in for it."""
    teams = teams_of(user)
    slug = request.GET.get("team")
    asked = [t for t in teams if slug in (None, t.slug) and not t.is_demo]
    team = asked[0] if asked else oldest_real()
    may = access(user, team).manages if team else user.is_superuser
    return Asker(user.email, team, user) if may and user.is_active else None
