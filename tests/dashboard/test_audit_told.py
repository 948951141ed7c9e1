"""What an audit event says to people: every value, and no secret."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.audit_log.told import Pair, as_json, pairs, words

KEY = "crsr_" + "3f2a9c8e7d6b5a4f" * 4
SECRETS = (KEY, "sk-proj-Ab3dEf6hIj9kLmNoPqRs", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9")
PLAIN = (
    "averylonglocalpart12345@example.com",
    "2026-11-23T09:00:00.000Z",
    "user_01K2ABCDEFGHJKMNPQRSTVWXYZ",
    "9b2f7c1e-4d3a-4f6b-8c5d-1a2b3c4d5e6f",
    "https://github.com/acme/a-rather-long-repository-name-v2",
    "update_directory_group_permissions",
)


def test_values_have_the_way_to_them_as_a_name() -> None:
    data = {"to": {"role": "member", "on": True}, "tags": ["a", 1], "x": [{"y": None}]}
    assert pairs(data) == [
        Pair("to.role", "member"),
        Pair("to.on", "true"),
        Pair("tags", "a, 1"),
        Pair("x.1.y", "–"),
    ]


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_key_is_masked(secret: str) -> None:
    data = {"what": f"made {secret} today", secret: 1, "deep": [[{"a": secret}]]}
    for told in (repr(pairs(data)), as_json(data), words("", "", "", data)):
        assert secret not in told and secret.casefold() not in told
    assert f"…{secret[-4:]} today" in as_json(data)


@pytest.mark.parametrize("name", ["apiKey", "webhook_secret", "Authorization", "token"])
def test_what_is_called_a_secret_is_masked_however_it_looks(name: str) -> None:
    assert pairs({name: "hunter2"}) == [Pair(name, "…")]
    assert pairs({name: {"value": "hunter2"}}) == [Pair(f"{name}.value", "…")]


@pytest.mark.parametrize("text", PLAIN)
def test_what_opens_nothing_is_shown(text: str) -> None:
    assert pairs({"about": text}) == [Pair("about", text)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), JSON))
def test_whatever_comes_is_told(data: dict[str, object]) -> None:
    assert len(pairs(data)) <= 61
    json.loads(as_json(data))
    assert words("a@b", "login", "::1", data).startswith("a@b\nlogin\n::1")
