"""How often one address may guess."""

import pytest
from django.test import Client
from redis import RedisError

from tests.tokens.views.conftest import AUTH_TOKEN
from tokens import throttle
from tokens.models import Team
from tokens.throttle import TRIES, WINDOW, take

NOW = 1_700_000_010.0


def test_so_many_tries_are_heard_and_then_none_until_the_minute_is_over() -> None:
    assert [take("x", "10.0.0.1", NOW) for _ in range(TRIES)] == [0] * TRIES
    left = WINDOW - int(NOW % WINDOW)
    assert take("x", "10.0.0.1", NOW) == left
    assert take("x", "10.0.0.1", NOW + left - 1) == 1
    assert take("x", "10.0.0.1", NOW + left) == 0


def test_another_address_and_another_door_have_tries_of_their_own() -> None:
    for _ in range(TRIES + 1):
        take("x", "10.0.0.1", NOW)
    assert take("x", "10.0.0.2", NOW) == 0
    assert take("y", "10.0.0.1", NOW) == 0


def test_the_addresses_of_one_neighbourhood_are_one() -> None:
    for number in range(TRIES):
        assert take("x", f"2001:db8::{number:x}", NOW) == 0
    assert take("x", "2001:db8::ffff", NOW) > 0
    assert take("x", "2001:db8:0:1::1", NOW) == 0


def test_without_the_cache_nobody_is_locked_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*_: object) -> None:
        raise RedisError("gone")

    monkeypatch.setattr("tokens.throttle.cache.add", gone)
    assert [take("x", "10.0.0.1", NOW) for _ in range(TRIES * 2)] == [0] * TRIES * 2


@pytest.fixture
def closed_door(
    team: Team, settings: object, monkeypatch: pytest.MonkeyPatch
) -> Client:
    """Somebody guessed as often as one may, in a minute that does not end."""
    monkeypatch.setattr(throttle, "WINDOW", 10**10)
    settings.AUTH_TOKEN = AUTH_TOKEN  # type: ignore[attr-defined]
    client = Client()
    for _ in range(TRIES):
        answer = client.post("/tokeninfo", {"auth_token": "wrong"})
        assert answer.status_code == 401
    return client


def test_who_guesses_is_told_to_wait_and_a_good_key_opens_nothing_meanwhile(
    closed_door: Client,
) -> None:
    client = closed_door
    for given in ("wrong", AUTH_TOKEN):
        answer = client.post("/tokeninfo", {"auth_token": given})
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
        assert "Too many tries" in answer.content.decode()
    assert client.get("/tokeninfo").status_code == 200
    bearer = {"Authorization": f"Bearer {AUTH_TOKEN}"}
    assert client.get("/tokeninfo", headers=bearer).status_code == 200


def test_other_forms_of_the_page_are_not_counted(closed_door: Client) -> None:
    assert closed_door.post("/tokeninfo", {"do": "reload"}).status_code == 200
