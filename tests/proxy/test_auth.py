from datetime import UTC, datetime, timedelta

import pytest

from proxy import auth
from proxy.auth import Caller
from proxy.errors import GatewayError, NotAuthenticated, Unavailable
from tokens import api_keys
from tokens.models import Team

NOW = datetime.now(UTC)
MASTER = "the-master-keý"


def caller(header: str, auth_token: str = MASTER) -> Caller:
    # As a server hands it on: the header's bytes, read as Latin-1.
    return auth.authenticate(header.encode().decode("latin-1"), auth_token, NOW)


def refusal(header: str, auth_token: str = MASTER) -> GatewayError:
    with pytest.raises(NotAuthenticated) as error:
        caller(header, auth_token)
    assert (error.value.status, error.value.code) == (401, "invalid_api_key")
    return error.value


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_master_key_acts_for_the_default_team(team: Team, scheme: str) -> None:
    found = caller(f" {scheme}   {MASTER} ")
    assert (found.team, found.label, found.key) == (team, "master", None)
    assert found.owner_email == ""


def test_the_master_key_without_a_team_is_told_what_to_do(db: None) -> None:
    with pytest.raises(Unavailable, match="setup"):
        caller(f"Bearer {MASTER}")


def test_an_api_key_acts_for_its_team_and_owner(team: Team) -> None:
    Team.objects.create(slug="first", name="First")
    issued = api_keys.issue(
        team, "ann@example.org", actor="test", allowed_models=["o1"]
    )
    found = caller(f"Bearer {issued.clear}")
    assert (found.team, found.label) == (team, issued.key.public_id)
    assert found.owner_email == "ann@example.org"
    assert found.allowed_models == {"o1"}


def test_a_key_that_is_over_says_why(team: Team) -> None:
    issued = api_keys.issue(
        team, "ann@example.org", actor="test", expires_at=NOW - timedelta(days=1)
    )
    assert "expired" in refusal(f"Bearer {issued.clear}").message


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", MASTER, f"Basic {MASTER}", f"Bearer{MASTER}"],
)
def test_a_header_without_a_key_says_how_to_send_one(db: None, header: str) -> None:
    assert "Authorization: Bearer KEY" in refusal(header).message


@pytest.mark.parametrize(
    "given",
    ["wrong", f"{MASTER}x", MASTER[:-1], "'\"\0", "ключ", "x" * 1_000_000, "a b"],
)
def test_an_odd_key_is_a_wrong_key(db: None, given: str) -> None:
    error = refusal(f"Bearer {given}")
    assert given not in error.message


def test_an_unset_master_key_opens_nothing(db: None) -> None:
    refusal("Bearer ", auth_token="")
    refusal("Bearer x", auth_token="")
