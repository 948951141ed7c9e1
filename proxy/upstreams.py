"""From a lease to the upstream's open stream: which kind, which options."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import httpx

from proxy.upstream.streamchat import client as streamchat
from proxy.upstream.vocabulary import Credential, Events, Prompt
from tokens.pool import Lease

T = TypeVar("T")


def open_stream(
    http: httpx.AsyncClient, lease: Lease, prompt: Prompt, client_version: str
) -> AbstractAsyncContextManager[Events]:
    """The stream of one request; `client_version` is for rows that name none."""
    options = streamchat_options(lease.base_url, lease.options, client_version)
    credential = Credential(lease.secret, lease.checksum)
    return streamchat.open(http, options, credential, prompt)


def streamchat_options(
    base_url: str, row: Mapping[str, object], client_version: str
) -> streamchat.Options:
    """The row's options; a value of the wrong type counts as not given."""
    return streamchat.Options(
        base_url=base_url,
        client_version=_one(row, "client_version", client_version),
        timezone=_one(row, "timezone", "UTC"),
        ghost_mode=_one(row, "ghost_mode", True),
        slow_pool=_one(row, "slow_pool", False),
        default_instructions=_one(row, "default_instructions", ""),
    )


def _one(row: Mapping[str, object], name: str, default: T) -> T:
    value = row.get(name)
    return value if isinstance(value, type(default)) else default
