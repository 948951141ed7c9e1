"""The switch of the menu, and that a choice goes with the person."""

import pytest
from django.test import Client

from tests import factories
from tokens.models import Team, User

URL = "/accounts/language/"


@pytest.fixture
def ada(team: Team) -> User:
    return factories.user("ada@example.com", team, "admin")


def sign_in(client: Client) -> None:
    client.post(
        "/accounts/login/",
        {"username": "ada@example.com", "password": factories.PASSWORD},
    )


def test_a_choice_leads_back_and_is_kept(client: Client, ada: User) -> None:
    sign_in(client)
    answer = client.post(URL, {"language": "tr", "next": "/dashboard/?period=7d"})
    assert answer["Location"] == "/dashboard/?period=7d"
    assert client.get("/dashboard/")["Content-Language"] == "tr"
    ada.refresh_from_db()
    assert ada.language == "tr"


def test_it_comes_back_in_another_browser(client: Client, ada: User) -> None:
    User.objects.update(language="zh-hans")
    sign_in(client)
    assert client.get("/dashboard/")["Content-Language"] == "zh-hans"


def test_a_choice_before_signing_in_becomes_the_persons(
    client: Client, ada: User
) -> None:
    client.post(URL, {"language": "tr"})
    sign_in(client)
    ada.refresh_from_db()
    assert ada.language == "tr"


def test_signing_out_leaves_no_language_for_the_next(client: Client, ada: User) -> None:
    sign_in(client)
    client.post(URL, {"language": "tr"})
    client.post("/accounts/logout/")
    assert client.get("/accounts/login/")["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["", "de", "xx", "tr\n", "a" * 10_000])
def test_an_unknown_language_is_refused_by_name(client: Client, language: str) -> None:
    answer = client.post(URL, {"language": language})
    assert answer.status_code == 400
    assert "anguage must be one of en, zh-hans, tr." in answer.content.decode()


def test_it_leads_nowhere_else(client: Client) -> None:
    answer = client.post(URL, {"language": "tr", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_every_page_offers_all_languages(client: Client, ada: User) -> None:
    door = client.get("/accounts/login/").content.decode()
    sign_in(client)
    inside = client.get("/dashboard/").content.decode()
    for name in ("English", "简体中文", "Türkçe"):
        assert name in door
        assert name in inside
