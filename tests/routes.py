"""Every route of the dashboard, as the tests walk them: what it is, and an example.

A new route is added here: `tests/dashboard/test_routes.py` compares this list with the
URLconf. Then the walks take it in: who may open it, absurd query strings, and (a page)
axe-core in both themes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import reverse


class Kind(StrEnum):
    """A page with its frame, a part of one, data (JSON or a file), or a deed (POST)."""

    PAGE = "page"
    PART = "part"
    DATA = "data"
    DEED = "deed"


@dataclass(frozen=True)
class Route:
    """`arguments` open something of the team of the walks' `world`. `is_open`: without
    signing in. `is_own`: everybody may open it and sees only what is theirs."""

    name: str
    kind: Kind
    arguments: tuple[Any, ...] = ()
    is_open: bool = False
    is_own: bool = False

    @property
    def url(self) -> str:
        return reverse(self.name, args=self.arguments)

    def url_with(self, argument: str) -> str:
        return reverse(self.name, args=[argument] * len(self.arguments))


ROUTES = (
    Route("login", Kind.PAGE, is_open=True),
    Route("password", Kind.PAGE, is_own=True),
    Route("password-changed", Kind.PAGE, is_own=True),
    Route("language", Kind.DEED, is_open=True),
    Route("logout", Kind.DEED, is_open=True),
    Route("overview", Kind.PAGE),
    Route("members", Kind.PAGE),
    Route("chart", Kind.DATA, ("daily-spend",)),
    Route("chart-csv", Kind.DATA, ("daily-spend",)),
    Route("events-csv", Kind.DATA),
    Route("gateway", Kind.PAGE),
    Route("check-tokens", Kind.DEED),
    Route("sync", Kind.PAGE),
    Route("sync-streams", Kind.PART),
    Route("sync-runs", Kind.PART),
    Route("sync-progress", Kind.PART),
    Route("sync-now", Kind.DEED),
    Route("replace-key", Kind.PAGE),
    Route("backfill", Kind.DEED),
    Route("quarantine", Kind.DATA, ("events",)),
    Route("import", Kind.PAGE),
    Route("import-go", Kind.DEED),
    Route("import-cancel", Kind.DEED),
    Route("connect", Kind.PAGE),
    Route("connected", Kind.PAGE),
)


def of_kind(*kinds: Kind) -> list[Route]:
    return [route for route in ROUTES if route.kind in kinds]
