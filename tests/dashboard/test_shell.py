import re

from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpRequest
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject

from dashboard.shell import Shell
from tests import factories
from tokens.models import Team, TeamRole


def dead() -> AnonymousUser:
    raise OperationalError("The database is gone.")


def request_of(user: object) -> HttpRequest:
    request = RequestFactory().get("/dashboard/")
    request.user = user  # type: ignore[assignment]
    return request


def test_an_error_page_needs_no_database() -> None:
    request = request_of(SimpleLazyObject(dead))
    context = {"status": 500, "sentence": "Something broke.", "shell": Shell(request)}
    html = render(request, "error.html", context).content.decode()
    assert "Something broke." in html
    assert "<nav" not in html


def test_a_stranger_has_no_menu_and_no_team(team: Team) -> None:
    shell = Shell(request_of(AnonymousUser()))
    assert (shell.user, shell.team, shell.menu) == (None, None, [])


def test_the_entry_of_this_page_is_marked(team: Team) -> None:
    ann = factories.user("ann@example.com", team, "analyst")
    menu = Shell(request_of(ann)).menu
    assert [e.title for e in menu if e.is_here] == ["Overview"]
    titles = [e.title for e in menu]
    assert titles[0] == "Overview"
    assert titles[-1] == "My usage"
    assert "Tokens" not in titles


def test_a_page_that_is_not_there_says_so_in_the_same_look(alice: Client) -> None:
    answer = alice.get("/dashboard/nothing/")
    assert answer.status_code == 404
    assert "There is no page at this address." in answer.content.decode()


def test_a_page_that_refuses_keeps_the_team(alice: Client, team: Team) -> None:
    factories.team("zeta")
    zeta = factories.team("zulu")
    ann = factories.user("ann@example.com", team, "admin")
    TeamRole.objects.create(user=ann, team=zeta, role="admin")
    client = Client()
    client.force_login(ann)
    html = client.get("/dashboard/?team=zulu&period=decade").content.decode()
    menu = re.findall(r'href="(/dashboard/[^"]*|/logs[^"]*)"', html)
    assert len(menu) > 8
    assert [url for url in menu if not url.endswith("?team=zulu")] == []


def test_a_form_without_its_token_gets_a_sentence(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/accounts/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
