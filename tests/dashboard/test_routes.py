"""Everybody opens every route, with sense and without.

People: nobody (signed out), a stranger (no team), another team's admin, a member, a
lead, an analyst and an admin of the team.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern

from config import urls
from tests import factories
from tests.dashboard.conftest import World, signed_in
from tests.routes import ROUTES, Kind, Route, of_kind

TEAM_ROUTES = [r for r in ROUTES if not (r.is_open or r.is_own or r.has_door)]
DOORS = [r for r in ROUTES if r.has_door]
LOOKED_AT = of_kind(Kind.PAGE, Kind.PART, Kind.DATA)
# Written only in the rows of the team of `world`.
OF_THE_TEAM = ("ada@example.com", "60.34932", "75.84932")
EVIL = "<script>alert(1)</script>"
FORMULA = '=cmd|" /C calc"!A0'
LONG = "x" * 10_000
NUL = "a\x00b"
BIG = "9" * 400
ABSURD_VALUES = ("nonsense", LONG, "%00", "-1", BIG, "%FF%FE", "%3Cscript%3E")
ABSURD = (
    "start=9999-12-31&end=9999-12-31",
    "start=0001-01-01&end=0001-01-01",
    "start=0001-01-01&end=9999-12-31",
    "start=2026-02-30",
    "start=2026-11-20&end=2026-11-01",
    "start=20261101&end=2026-W01",
    "start=&end=",
    "start=2026-11-01&start=x",
    "page=0",
    "page=1e9",
    "page=%EF%BC%91",
    "sort=-",
    "&&&===&?",
    "%",
)


class Listening(QueryDict):
    """Remembers which parameters were looked for."""

    heard: set[str]

    def __getitem__(self, name: str) -> Any:
        self.heard.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.heard.add(str(name))
        return super().__contains__(name)

    def getlist(self, name: str, default: Any = None) -> Any:
        self.heard.add(name)
        return super().getlist(name, default)


def identity(route: Route) -> str:
    return route.name


def names(patterns: Iterable[Any]) -> Iterator[str]:
    """Of all but Django's admin; what has no name has nothing of a team."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield from [pattern.name] if pattern.name else []
        elif pattern.namespace != "admin":
            yield from names(pattern.url_patterns)


def text(answer: Any) -> str:
    if answer.streaming:
        return b"".join(answer.streaming_content).decode()
    return str(answer.content.decode(errors="replace"))


def shows_nothing(answer: Any, route: Route) -> bool:
    """Of the team's people and money. Who writes a name into the address reads it."""
    marks = [mark for mark in OF_THE_TEAM if mark not in route.arguments]
    return not any(mark in text(answer) for mark in marks)


def test_the_list_of_routes_is_the_urlconfs() -> None:
    ours = sorted(names(urls.urlpatterns))
    assert ours == sorted(route.name for route in ROUTES), "add it to tests/routes.py"


@pytest.mark.parametrize("route", TEAM_ROUTES, ids=identity)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_sent_to_the_door(
    client: Client, world: World, route: Route, method: str
) -> None:
    answer = getattr(client, method)(route.url)
    assert answer.status_code in (302, 405)
    if answer.status_code == 302:
        assert answer["Location"].startswith("/accounts/login/?next=")
    assert shows_nothing(answer, route)


@pytest.mark.parametrize("route", TEAM_ROUTES, ids=identity)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_and_another_teams_admin_see_nothing(
    charlie: Client, world: World, route: Route, method: str
) -> None:
    factories.user("lone@example.com")
    for client, statuses in (
        (charlie, (404, 405)),
        (signed_in("lone@example.com"), (403, 404, 405)),
    ):
        answer = getattr(client, method)(f"{route.url}?team={world.team.slug}")
        assert answer.status_code in statuses
        assert shows_nothing(answer, route)


@pytest.mark.parametrize("route", TEAM_ROUTES, ids=identity)
def test_another_teams_admin_finds_nothing_by_our_names(
    charlie: Client, world: World, route: Route
) -> None:
    answer = charlie.get(route.url)
    assert answer.status_code < 500
    assert "60.34932" not in text(answer)
    if not route.arguments:
        assert shows_nothing(answer, route)


@pytest.mark.parametrize("role", ["member", "lead"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", TEAM_ROUTES, ids=identity)
def test_members_and_leads_see_nobody_elses_numbers(
    world: World, route: Route, method: str, role: str
) -> None:
    factories.user("mia@example.com", world.team, role)
    answer = getattr(signed_in("mia@example.com"), method)(route.url)
    if answer.status_code == 302:
        assert answer["Location"] == "/dashboard/me/"
    else:
        assert answer.status_code in (403, 404, 405)
    assert shows_nothing(answer, route)


@pytest.mark.parametrize("route", DOORS, ids=identity)
def test_a_door_opens_to_nobody_else(
    client: Client, charlie: Client, world: World, route: Route
) -> None:
    factories.upstream_token(world.team, alias="adas", owner_email="ada@example.com")
    factories.user("lone@example.com")
    factories.user("mia@example.com", world.team, "member")
    others = (client, charlie, signed_in("lone@example.com"))
    for person in (*others, signed_in("mia@example.com")):
        for url in (route.url, f"{route.url}?team={world.team.slug}"):
            answer = person.get(url, headers={"Accept": "text/html"})
            assert answer.status_code in (200, 401, 403, 404, 405)
            assert "adas" not in text(answer) and shows_nothing(answer, route)


@pytest.mark.parametrize("route", of_kind(Kind.DEED), ids=identity)
def test_deeds_are_not_done_by_looking(alice: Client, route: Route) -> None:
    assert alice.get(route.url).status_code == 405


@pytest.mark.parametrize("route", TEAM_ROUTES, ids=identity)
def test_an_analyst_changes_nothing(world: World, route: Route) -> None:
    factories.user("ann@example.com", world.team, "analyst")
    answer = signed_in("ann@example.com").post(route.url)
    assert answer.status_code in (400, 403, 405)


@pytest.mark.parametrize("route", LOOKED_AT, ids=identity)
def test_absurd_query_strings_get_an_answer_in_our_look(
    root: Client, world: World, route: Route
) -> None:
    names = looked_for(root, route)
    absurd = [f"{name}={value}" for name in sorted(names) for value in ABSURD_VALUES]
    for query in (*ABSURD, *absurd):
        answer = root.get(f"{route.url}?{query}")
        assert answer.status_code in (200, 302, 400, 401, 403, 404), query
        if answer.status_code >= 400:
            said = text(answer)
            is_page = "<main" in said and "<h1" in said
            assert is_page or '"message"' in said, query
        assert "<script>alert" not in text(answer)


def looked_for(client: Client, route: Route) -> set[str]:
    """The parameters that a page looks for. The others are the same to it as none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Listening, "heard", set(), raising=False)
        patch.setattr("django.core.handlers.wsgi.QueryDict", Listening)
        assert client.get(route.url).status_code < 500
        return Listening.heard


@pytest.mark.parametrize("argument", ["nonsense", "x" * 3000, "-1", "0", "é"])
def test_addresses_of_nothing_are_not_found(
    root: Client, world: World, argument: str
) -> None:
    for route in ROUTES:
        if route.arguments:
            answer = root.get(_made(route, argument))
            assert answer.status_code in (200, 400, 404, 405)


def _made(route: Route, argument: str) -> str:
    """By hand: the URLconf itself would not make most of them."""
    url = route.url
    for given in route.arguments:
        url = url.replace(str(given), argument)
    return url


@pytest.mark.parametrize("route", LOOKED_AT, ids=identity)
def test_names_are_shown_and_exported_harmlessly(
    root: Client, world: World, route: Route
) -> None:
    for number, name in enumerate((EVIL, FORMULA)):
        email = f"evil{number}@example.com"
        factories.member(world.team, email, name=name)
        factories.rollup(world.team, world.today, "9", email=email, model=name)
    answer = root.get(route.url)
    said = text(answer)
    if "html" in answer["Content-Type"]:
        assert EVIL not in said
    if "csv" in answer["Content-Type"]:
        cells = [cell for row in csv.reader(io.StringIO(said)) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "@", "\t"))] == []
