"""Who may open what, and what those read who may not. `test_routes` walks them all."""

import pytest
from django.test import Client

from tests import factories
from tests.dashboard.conftest import World, signed_in
from tokens.models import Team


@pytest.mark.parametrize("role", ["member", "lead"])
def test_members_and_leads_are_led_to_their_own_usage(world: World, role: str) -> None:
    factories.user("mia@example.com", world.team, role)
    client = signed_in("mia@example.com")
    answer = client.get("/dashboard/")
    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/me/")
    assert client.get("/dashboard/me/").status_code == 200


@pytest.mark.parametrize("role", ["member", "lead"])
def test_what_shows_everybody_refuses_members_and_leads(
    world: World, role: str
) -> None:
    factories.user("mia@example.com", world.team, role)
    answer = signed_in("mia@example.com").get("/dashboard/adoption/")
    assert answer.status_code == 403
    assert "Your role in Acme" in str(answer.content)


def test_a_member_gets_a_menu_without_what_is_not_theirs(
    bob: Client, world: World
) -> None:
    html = bob.get("/dashboard/me/").content.decode()
    assert 'href="/dashboard/me/"' in html
    assert 'href="/dashboard/people/' not in html
    assert "Go to the overview" not in html


def test_an_analyst_sees_everyone(world: World) -> None:
    factories.user("ann@example.com", world.team, "analyst")
    answer = signed_in("ann@example.com").get("/dashboard/people/")
    assert b"ada@example.com" in answer.content


def test_somebody_without_a_team_is_told_so(db: None) -> None:
    factories.user("lone@example.com")
    answer = signed_in("lone@example.com").get("/dashboard/")
    assert answer.status_code == 403
    assert "You do not belong to a team yet" in answer.content.decode()


def test_a_dismissed_user_is_out_at_once(alice: Client, world: World) -> None:
    world.team.roles.get().user.__class__.objects.update(is_active=False)
    assert alice.get("/dashboard/").status_code == 302


def test_a_superuser_switches_between_all_teams(root: Client, team: Team) -> None:
    factories.member(factories.team("other"), "otto@example.com")
    factories.member(team, "ada@example.com")
    html = root.get("/dashboard/people/?team=other").content.decode()
    assert "otto@example.com" in html
    assert "ada@example.com" not in html
    assert 'href="?team=acme"' in html


@pytest.mark.parametrize("slug", ["nothing", "x" * 10_000, "\x00", "<script>"])
def test_an_unknown_team_is_a_page_not_a_crash(
    alice: Client, world: World, slug: str
) -> None:
    answer = alice.get("/dashboard/", {"team": slug})
    assert answer.status_code == 404
    assert "You have no team of this name." in answer.content.decode()
