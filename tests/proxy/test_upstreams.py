"""How an upstream is spoken to: its row's options, else the settings."""

from typing import Any

import pytest

from proxy.upstream.vendor import call
from proxy.upstream.vendor.call import Options
from proxy.upstream.vocabulary import Credential
from proxy.upstreams import Defaults, openai_options, vendor_options
from tokens.pool import Lease

DEFAULTS = Defaults(
    "2.0.0", "Europe/Berlin", False, True, "Be kind.", {"x-a": "1", "x-b": "1"}
)


def lease(**options: Any) -> Lease:
    return Lease(1, 2, "unified", "http://v.test", options, "token", "sum")


def test_the_settings_hold_where_the_row_says_nothing() -> None:
    assert vendor_options(lease(), DEFAULTS) == Options(
        base_url="http://v.test",
        client_version="2.0.0",
        timezone="Europe/Berlin",
        ghost_mode=False,
        slow_pool=True,
        default_instructions="Be kind.",
        headers={"x-a": "1", "x-b": "1"},
    )


def test_the_row_wins_over_the_settings() -> None:
    row = lease(client_version="3", ghost_mode=True, headers={"x-b": "2", "x-c": "3"})
    options = vendor_options(row, DEFAULTS)
    assert (options.client_version, options.ghost_mode) == ("3", True)
    assert options.headers == {"x-a": "1", "x-b": "2", "x-c": "3"}


def test_a_value_of_the_wrong_type_counts_as_not_given() -> None:
    row = lease(client_version=3, ghost_mode="yes", headers=["x"], timezone=None)
    assert vendor_options(row, DEFAULTS) == vendor_options(lease(), DEFAULTS)
    bare = openai_options(lease(headers={"x": 3}, key_header=1))
    assert (bare.headers, bare.key_header) == ({}, "")


@pytest.mark.parametrize("name", ["Authorization", "X-Cursor-Checksum"])
def test_no_header_of_a_row_takes_the_tokens_place(name: str) -> None:
    options = Options("", "2", headers={name: "theirs", "X-Ghost-Mode": "false"})
    sent = call.headers(options, Credential("token", "sum"), "id-1")
    assert sent["authorization"] == "Bearer token"
    assert sent["x-cursor-checksum"] == "sum"
    assert sent["x-ghost-mode"] == "false"
    assert name not in sent
