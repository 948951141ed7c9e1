"""From a model's routes to an upstream's open stream: which kind, which options."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from proxy.catalogue import Route
from proxy.connections import Clients
from proxy.errors import BadField
from proxy.prompts import Abilities, prompt
from proxy.schemas import ChatRequest
from proxy.upstream.openai import client as openai
from proxy.upstream.streamchat import client as streamchat
from proxy.upstream.unified import client as unified
from proxy.upstream.vendor.call import Options as VendorOptions
from proxy.upstream.vocabulary import Credential, Events, Prompt
from tokens.models import Upstream
from tokens.pool import Lease

T = TypeVar("T")
Kind = Upstream.Kind
ABILITIES = {
    Kind.STREAMCHAT: Abilities(),
    Kind.UNIFIED: Abilities(tools=True),
    Kind.OPENAI: Abilities(everything=True),
}


@dataclass(frozen=True, slots=True)
class Defaults:
    """How the vendor's upstreams are spoken to where their row says nothing."""

    client_version: str
    timezone: str = "UTC"
    ghost_mode: bool = True
    slow_pool: bool = False
    default_instructions: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def prompts(routes: Iterable[Route], asked: ChatRequest) -> dict[int, Prompt]:
    """The request as each upstream of a model takes it, by the upstream's id.

    Upstreams that lack something the request needs are left out. Raises BadField with
    what is lacking when that leaves none.
    """
    able: dict[int, Prompt] = {}
    lacking: BadField | None = None
    for route in routes:
        try:
            able[route.upstream_id] = prompt(
                asked, route.model, ABILITIES[Kind(route.kind)]
            )
        except BadField as error:
            lacking = lacking or error
    if lacking is not None and not able:
        raise lacking
    return able


def open_stream(
    clients: Clients, defaults: Defaults, prompts: Mapping[int, Prompt], lease: Lease
) -> AbstractAsyncContextManager[Events]:
    """The stream of one request, from the upstream that the lease is for."""
    credential = Credential(lease.secret, lease.checksum)
    spoken = prompts[lease.upstream_id]
    if lease.kind == Kind.OPENAI:
        return openai.open(clients.quick, openai_options(lease), credential, spoken)
    options = vendor_options(lease, defaults)
    if lease.kind == Kind.UNIFIED:
        return unified.open(clients.multiplexed, options, credential, spoken)
    return streamchat.open(clients.quick, options, credential, spoken)


def openai_options(lease: Lease) -> openai.Options:
    """The row's options; a value of the wrong type counts as not given."""
    row = lease.options
    key_header = _one(row, "key_header", "")
    return openai.Options(lease.base_url, key_header, _headers(row))


def vendor_options(lease: Lease, defaults: Defaults) -> VendorOptions:
    row = lease.options
    return VendorOptions(
        base_url=lease.base_url,
        client_version=_one(row, "client_version", defaults.client_version),
        timezone=_one(row, "timezone", defaults.timezone),
        ghost_mode=_one(row, "ghost_mode", defaults.ghost_mode),
        slow_pool=_one(row, "slow_pool", defaults.slow_pool),
        default_instructions=_one(
            row, "default_instructions", defaults.default_instructions
        ),
        headers={**defaults.headers, **_headers(row)},
    )


def _one(row: Mapping[str, object], name: str, default: T) -> T:
    value = row.get(name)
    return value if isinstance(value, type(default)) else default


def _headers(row: Mapping[str, object]) -> dict[str, str]:
    given = _one(row, "headers", dict[str, object]())
    return {name: value for name, value in given.items() if isinstance(value, str)}
