import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.conftest import AddToken
from tokens.jwt import expiry

THEN = datetime(2026, 5, 1, tzinfo=UTC)


def jwt(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{body}.c2lnbmF0dXJl"


def test_the_expiry_is_read_from_the_token() -> None:
    assert expiry(jwt({"exp": int(THEN.timestamp()), "sub": "auth0|user_01"})) == THEN


@pytest.mark.parametrize(
    "token",
    [
        "",
        "demo-upstream-token",
        "a.b.c",
        "a.\xff.c",
        jwt([]),
        jwt({}),
        jwt({"exp": "1735084800"}),
        jwt({"exp": True}),
        jwt({"exp": 1e300}),
    ],
)
def test_what_names_no_time_has_none(token: str) -> None:
    assert expiry(token) is None


@given(st.text() | st.binary().map(lambda b: f"a.{base64.b64encode(b).decode()}.c"))
def test_no_token_breaks_the_reader(token: str) -> None:
    expiry(token)


def test_a_row_knows_when_its_secret_expires_and_forgets_with_it(
    add_token: AddToken,
) -> None:
    token = add_token(jwt({"exp": int(THEN.timestamp())}))
    assert token.expires_at == THEN
    token.secret = "another"
    token.save(update_fields=["secret"])
    token.refresh_from_db()
    assert token.expires_at is None
