"""The token page, as people use it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.tokens.conftest import AddToken, row_of
from tests.tokens.views.conftest import AUTH_TOKEN, BEARER, SignIn
from tokens.models import Team, TeamRole, UpstreamToken, User

CANARY = "eyJhbGciOiJIUzI1NiJ9.Y2FuYXJ5.canary-signature"


def html(answer: Any) -> str:
    return str(answer.content.decode())


def test_auth_token_opens_the_page_for_this_browsers_session(
    add_token: AddToken,
) -> None:
    add_token(CANARY, alias="of ann")
    client = Client()
    door = client.get("/tokeninfo")
    assert door.status_code == 200
    assert "of ann" not in html(door)
    assert client.post("/tokeninfo", {"auth_token": "wrong"}).status_code == 401
    assert client.post("/tokeninfo", {"auth_token": AUTH_TOKEN}).status_code == 302
    page = html(client.get("/tokeninfo"))
    assert "of ann::…ture~" in page
    assert AUTH_TOKEN not in page
    assert client.session.get_expire_at_browser_close()


def test_another_auth_token_closes_the_page_again(team: Team, settings: object) -> None:
    client = Client()
    client.post("/tokeninfo", {"auth_token": AUTH_TOKEN})
    assert "Add a token" in html(client.get("/tokeninfo"))
    settings.AUTH_TOKEN = "another"  # type: ignore[attr-defined]
    assert "Add a token" not in html(client.get("/tokeninfo"))


def test_a_bearer_opens_it_too(team: Team) -> None:
    assert "Add a token" in html(Client(headers=BEARER).get("/tokeninfo"))


def test_an_admin_is_in_and_other_roles_see_the_door(sign_in: SignIn) -> None:
    assert "Add a token" in html(sign_in("admin").get("/tokeninfo"))
    for role in ("analyst", "lead", "member"):
        client = sign_in(role)
        answer = client.get("/tokeninfo")
        assert answer.status_code == 403
        assert "Add a token" not in html(answer)
        assert client.post("/tokeninfo", {"do": "reload"}).status_code == 403


def test_the_menu_leads_there_for_those_who_manage(sign_in: SignIn) -> None:
    link = 'href="/tokeninfo"'
    assert link in html(sign_in("admin").get("/dashboard/"))
    assert link not in html(sign_in("analyst").get("/dashboard/"))


@pytest.mark.parametrize(
    ("pasted", "name", "alias"),
    [
        (f"user_01AB%3A%3A{CANARY}", "", "user_01AB"),
        (f"user_01AB::{CANARY}", "", "user_01AB"),
        (f"WorkosCursorSessionToken=user_01AB%3A%3A{CANARY};", "Ann", "Ann"),
        (CANARY, "Ann Lee", "Ann Lee"),
        (f"  {CANARY}\n", "", ""),
    ],
)
def test_a_pasted_cookie_is_taken_in_each_form(
    sign_in: SignIn, pasted: str, name: str, alias: str
) -> None:
    form = {"do": "add", "token": pasted, "name": name, "owner": "Ann@Example.com "}
    client = sign_in("admin")
    assert client.post("/tokeninfo", form).status_code == 302
    row = UpstreamToken.objects.get()
    assert (row.alias, row.secret.reveal()) == (alias, CANARY)
    assert row.owner_email == "ann@example.com"
    assert row.shared is False
    page = html(client.get("/tokeninfo"))
    assert "1 token is in use: 1 added." in page
    assert CANARY[:20] not in page


def test_an_owners_token_is_shared_only_when_somebody_says_so(sign_in: SignIn) -> None:
    form = {"do": "add", "token": CANARY, "owner": "ann@example.com", "shared": "on"}
    sign_in("admin").post("/tokeninfo", form)
    assert UpstreamToken.objects.get().shared is True


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"token": ""}, "This field is required."),
        ({"token": "two words"}, "a token has no spaces"),
        ({"token": "…ture~1"}, "stands for a token"),
        ({"token": CANARY, "name": "a::b"}, "Leave out"),
        ({"token": CANARY, "owner": "ann"}, "valid email"),
    ],
)
def test_a_form_that_is_wrong_says_so_and_shows_no_token(
    sign_in: SignIn, form: dict[str, str], told: str
) -> None:
    answer = sign_in("admin").post("/tokeninfo", {"do": "add"} | form)
    assert answer.status_code == 400
    assert told in html(answer)
    assert CANARY not in html(answer)
    assert not UpstreamToken.objects.exists()


def texts_of(answer: Any) -> dict[str, str]:
    """What a browser would send back of the two boxes, with its own line ends."""
    initial = answer.context["texts"].initial
    return {name: text.replace("\n", "\r\n") for name, text in initial.items()}


def test_saving_what_is_shown_changes_nothing(
    sign_in: SignIn, add_token: AddToken
) -> None:
    add_token(CANARY, alias="ann")
    add_token("t2", state="dead")
    client, before = sign_in("admin"), list(UpstreamToken.objects.values())
    form = {"do": "save"} | texts_of(client.get("/tokeninfo"))
    assert client.post("/tokeninfo", form).status_code == 302
    assert "2 tokens are in use: nothing changed." in html(client.get("/tokeninfo"))
    assert list(UpstreamToken.objects.values()) == before


def test_saving_takes_out_what_is_in_neither_box(
    sign_in: SignIn, add_token: AddToken
) -> None:
    add_token("t1")
    add_token("t2")
    sign_in("admin").post(
        "/tokeninfo", {"do": "save", "tokens": "t2", "token_list": ""}
    )
    assert (row_of("t1").state, row_of("t2").state) == ("disabled", "active")


def test_a_refused_line_is_shown_with_its_reason_and_without_a_secret(
    sign_in: SignIn, team: Team
) -> None:
    form = {"do": "save", "tokens": f"t1\r\nhere {CANARY}", "token_list": ""}
    client = sign_in("admin")
    answer = client.post("/tokeninfo", form)
    assert answer.status_code == 200
    assert ".token, line 2: a token has no spaces" in html(answer)
    assert "here …ture" in html(answer)
    assert CANARY not in html(answer)
    form["tokens"] = "two words"
    answer = client.post("/tokeninfo", form)
    assert answer.status_code == 400
    assert "nothing was changed" in html(answer)


def test_the_files_are_read_at_the_press_of_a_button(
    sign_in: SignIn, folder: Path
) -> None:
    (folder / ".token").write_text("ann::t1\n")
    client = sign_in("admin")
    client.post("/tokeninfo", {"do": "reload"})
    assert "1 added" in html(client.get("/tokeninfo"))


def test_a_file_that_cannot_be_read_is_a_page_with_its_name(
    sign_in: SignIn, folder: Path
) -> None:
    (folder / ".token").write_bytes(b"\xff")
    answer = sign_in("admin").get("/tokeninfo")
    assert answer.status_code == 500
    assert ".token is not UTF-8 text." in html(answer)


def test_the_real_team_that_stands_in_for_the_demo_is_named_all_over_the_page(
    sign_in: SignIn, team: Team
) -> None:
    client = sign_in("admin")
    demo = Team.objects.create(slug="demo", name="Demo", is_demo=True)
    TeamRole.objects.create(user=User.objects.get(), team=demo, role="admin")
    answer = client.get("/tokeninfo?team=demo")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/tokeninfo?team={team.slug}"
    page = html(client.get(answer.headers["Location"]))
    assert f"Upstream tokens of {team}" in page
    assert "None of it is real" not in page


def test_beside_the_demo_the_page_says_what_a_token_would_do(db: None) -> None:
    Team.objects.create(slug="demo", name="Demo", is_demo=True)
    factories.user("root@example.com", is_superuser=True)
    client = Client()
    client.login(username="root@example.com", password=factories.PASSWORD)
    assert "There is no real team yet." in html(client.get("/tokeninfo"))
    client.post("/tokeninfo", {"do": "add", "token": "t1"})
    assert UpstreamToken.objects.get().team.slug == "default"


def test_the_page_asks_the_tables_little(
    sign_in: SignIn, add_token: AddToken, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        add_token(f"token-{number}")
    client = sign_in("admin")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get("/tokeninfo")
