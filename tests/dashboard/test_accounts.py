import pytest
from django.test import Client

from tests import factories
from tests.dashboard.conftest import World

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = factories.PASSWORD) -> int:
    given = {"username": email, "password": password}
    return client.post(LOGIN, given).status_code


@pytest.mark.parametrize(
    "email", ["eve@example.com", "Eve@Example.com", " eve@example.com"]
)
def test_people_sign_in_by_email_however_it_is_typed(
    client: Client, world: World, email: str
) -> None:
    factories.user("eve@example.com", world.team, "admin")
    assert sign_in(client, email) == 302
    assert client.get("/dashboard/").status_code == 200


def test_a_wrong_password_is_told_without_saying_which_part(
    client: Client, world: World
) -> None:
    factories.user("eve@example.com", world.team, "admin")
    for email in ("eve@example.com", "nobody@example.com"):
        answer = client.post(LOGIN, {"username": email, "password": "wrong"})
        assert b"Please enter a correct e-mail and password" in answer.content


def test_sign_in_leads_back_but_never_to_another_site(
    client: Client, world: World
) -> None:
    factories.user("eve@example.com", world.team, "admin")
    given = {"username": "eve@example.com", "password": factories.PASSWORD}
    for asked, given_back in (
        ("/dashboard/people/", "/dashboard/people/"),
        ("https://evil.example", "/dashboard/"),
    ):
        answer = client.post(LOGIN, given | {"next": asked})
        assert answer["Location"] == given_back
        client.logout()


def test_signing_out_is_a_post_and_works(alice: Client, world: World) -> None:
    assert alice.get("/accounts/logout/").status_code == 405
    assert alice.post("/accounts/logout/")["Location"] == LOGIN
    assert alice.get("/dashboard/").status_code == 302


def test_a_new_password_replaces_the_old_one(alice: Client, world: World) -> None:
    new = "another-Long-phrase-8"
    given = {
        "old_password": factories.PASSWORD,
        "new_password1": new,
        "new_password2": new,
    }
    answer = alice.post("/accounts/password/", given, follow=True)
    assert "Your password has been changed." in answer.content.decode()
    assert sign_in(Client(), "alice@example.com", new) == 302
    assert sign_in(Client(), "alice@example.com") == 200


def test_the_help_for_passwords_is_a_list(alice: Client, world: World) -> None:
    assert b"<li>Your password" in alice.get("/accounts/password/").content
