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
    signing in. `is_own`: everybody may open it and sees only what is theirs.
    `has_door`: AUTH_TOKEN opens it too, so it asks for that instead of signing in."""

    name: str
    kind: Kind
    arguments: tuple[Any, ...] = ()
    is_open: bool = False
    is_own: bool = False
    has_door: bool = False

    @property
    def url(self) -> str:
        return reverse(self.name, args=self.arguments)


ROUTES = (
    Route("login", Kind.PAGE, is_open=True),
    Route("password", Kind.PAGE, is_own=True),
    Route("password-changed", Kind.PAGE, is_own=True),
    Route("language", Kind.DEED, is_open=True),
    Route("logout", Kind.DEED, is_open=True),
    Route("overview", Kind.PAGE),
    Route("models", Kind.PAGE),
    Route("reconcile", Kind.PAGE),
    Route("reconcile-csv", Kind.DATA),
    Route("models-csv", Kind.DATA),
    Route("adoption", Kind.PAGE),
    Route("audit-log", Kind.PAGE),
    Route("audit-log-csv", Kind.DATA),
    Route("groups", Kind.PAGE),
    Route("groups-csv", Kind.DATA),
    Route("chargeback", Kind.PAGE),
    Route("report", Kind.PAGE),
    Route("chargeback-csv", Kind.DATA),
    Route("group-new", Kind.PAGE),
    Route("group-restore", Kind.DEED),
    Route("group-import", Kind.PAGE),
    Route("group-times-csv", Kind.DATA),
    Route("group", Kind.PAGE, ("-",)),
    Route("group-edit", Kind.PAGE, ("1",)),
    Route("group-delete", Kind.PAGE, ("1",)),
    Route("group-add", Kind.PAGE, ("1",)),
    Route("group-time", Kind.PAGE, (1,)),
    Route("me", Kind.PAGE, is_own=True),
    Route("my-events", Kind.PAGE, is_own=True),
    Route("my-tokens", Kind.PAGE, is_own=True),
    Route("person", Kind.PAGE, ("-",)),
    Route("person-events", Kind.PAGE, ("-",)),
    Route("people", Kind.PAGE),
    Route("people-csv", Kind.DATA),
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
    Route("tokeninfo", Kind.PAGE, has_door=True),
    Route("get-tokeninfo", Kind.DEED, has_door=True),
    Route("update-tokeninfo", Kind.DATA, has_door=True),
    Route("logs", Kind.PAGE, has_door=True),
)
# Of Django's admin: its first page, a table, a form, a row that may not be changed.
ADMIN_PAGES = (
    "/admin/",
    "/admin/tokens/team/",
    "/admin/tokens/team/add/",
    "/admin/tokens/user/add/",
    "/admin/tokens/change/",
    "/admin/dashboard/usageevent/",
)


def of_kind(*kinds: Kind) -> list[Route]:
    return [route for route in ROUTES if route.kind in kinds]
