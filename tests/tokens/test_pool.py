from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from tests.tokens.conftest import AddToken
from tokens import pool
from tokens.crypto import Secret
from tokens.models import Attention, Team, Upstream, UpstreamToken

IN_AN_HOUR = timezone.now() + timedelta(hours=1)


def turns(team: Team, count: int) -> list[str]:
    leases = [pool.lease(team) for _ in range(count)]
    return [lease.secret for lease in leases if lease]


def test_tokens_take_turns(team: Team, add_token: AddToken) -> None:
    for secret in ("one", "two", "three"):
        add_token(secret)
    assert turns(team, 7) == ["one", "two", "three", "one", "two", "three", "one"]


def test_a_lease_holds_what_a_request_needs(team: Team, add_token: AddToken) -> None:
    token = add_token("canary")
    lease = pool.lease(team)
    assert lease is not None
    assert (lease.token_id, lease.kind) == (token.pk, "streamchat")
    assert lease.base_url == "http://upstream.test"
    assert lease.checksum[8:] == f"{'a' * 64}/{'b' * 64}"
    assert "canary" not in repr(lease)
    assert "aaaa" not in repr(lease)


@pytest.mark.parametrize(
    "state",
    [
        {"state": UpstreamToken.State.DISABLED},
        {"state": UpstreamToken.State.DEAD},
        {"cool_until": IN_AN_HOUR},
    ],
)
def test_a_token_that_is_out_is_passed_over(
    team: Team, add_token: AddToken, state: dict[str, object]
) -> None:
    add_token("out", **state)
    assert pool.lease(team) is None
    add_token("in")
    assert turns(team, 2) == ["in", "in"]


def test_a_token_that_was_tried_is_skipped(team: Team, add_token: AddToken) -> None:
    first, second = add_token("one"), add_token("two")
    lease = pool.lease(team, skip={first.pk})
    assert lease is not None
    assert lease.secret == "two"
    assert pool.lease(team, skip={first.pk, second.pk}) is None


def test_another_teams_tokens_and_upstreams_are_out_of_reach(
    team: Team, add_token: AddToken
) -> None:
    other = Team.objects.create(slug="other", name="Other")
    theirs = Upstream.objects.create(name="Theirs", team=other, base_url="http://x")
    add_token("theirs", team=other)
    add_token("ours at their upstream", upstream=theirs)
    assert pool.lease(team) is None


def test_a_token_that_somebody_else_just_took_is_not_taken_twice(
    team: Team, add_token: AddToken
) -> None:
    seen = add_token("one")
    assert pool._take(seen)
    assert not pool._take(seen)


def test_a_token_that_cannot_be_opened_rests_and_the_next_one_serves(
    team: Team, add_token: AddToken
) -> None:
    elsewhere = Fernet(Fernet.generate_key()).encrypt(b"sealed").decode()
    sealed = add_token("sealed")
    UpstreamToken.objects.update(secret=Secret(encrypted=elsewhere))
    add_token("open")
    assert turns(team, 2) == ["open", "open"]
    sealed.refresh_from_db()
    assert "ENCRYPTION_KEYS" in sealed.last_error


def test_a_rest_is_never_shortened(team: Team, add_token: AddToken) -> None:
    token = add_token("one")
    pool.cool_down(token.pk, 600, "slow down")
    pool.cool_down(token.pk, 5, "again")
    token.refresh_from_db()
    assert token.last_error == "again"
    wait = pool.seconds_until_one_is_back(team)
    assert wait is not None
    assert 590 < wait <= 601


def test_nothing_is_awaited_when_nothing_cools(team: Team, add_token: AddToken) -> None:
    add_token("one", state=UpstreamToken.State.DEAD, cool_until=IN_AN_HOUR)
    assert pool.seconds_until_one_is_back(team) is None


def test_a_dead_token_asks_for_attention_once_and_comes_back_by_a_check(
    team: Team, add_token: AddToken
) -> None:
    token = add_token("one", alias="Ann")
    assert pool.mark_dead(token.pk, "Not logged in.")
    assert not pool.mark_dead(token.pk, "Not logged in.")
    [attention] = Attention.objects.all()
    assert attention.text == "Ann was refused: Not logged in."
    assert pool.lease(team) is None
    pool.revive(token)
    attention.refresh_from_db()
    assert attention.cleared_at is not None
    assert pool.lease(team) is not None


def test_a_check_does_not_switch_on_what_a_person_switched_off(
    team: Team, add_token: AddToken
) -> None:
    token = add_token("one", state=UpstreamToken.State.DISABLED)
    pool.revive(token)
    assert pool.lease(team) is None
