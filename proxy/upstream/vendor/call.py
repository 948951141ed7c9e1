"""Connect calls to the vendor over HTTP: headers, a stream of messages, one answer."""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import httpx

from proxy.upstream import http as exchange
from proxy.upstream.connect import (
    MIB,
    EnvelopeDecoder,
    Item,
    envelope,
    parse_unary_error,
)
from proxy.upstream.errors import BadAnswer
from proxy.upstream.vendor.trailer import refusal
from proxy.upstream.vocabulary import Credential


@dataclass(frozen=True, slots=True)
class Options:
    """How an upstream of the vendor's is to be spoken to; one per `Upstream` row.

    `headers` are laid over ours, but for those that carry the token or the framing.
    """

    base_url: str
    client_version: str
    timezone: str = "UTC"
    ghost_mode: bool = True
    slow_pool: bool = False
    default_instructions: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


OWN_HEADERS = frozenset(
    {"authorization", "content-type", "content-length", "host", "x-cursor-checksum"}
)


def new_uuid() -> str:
    return str(uuid.uuid4())


def headers(
    options: Options, credential: Credential, request_id: str
) -> dict[str, str]:
    """The request's headers. `request_id` is not the one inside the body."""
    given = {name.lower(): value for name, value in options.headers.items()}
    return {
        "accept-encoding": "identity",
        "connect-protocol-version": "1",
        "user-agent": "connect-es/1.6.1",
        "x-amzn-trace-id": f"Root={request_id}",
        "x-request-id": request_id,
        "x-cursor-client-version": options.client_version,
        "x-cursor-timezone": options.timezone,
        "x-ghost-mode": "true" if options.ghost_mode else "false",
        **{name: value for name, value in given.items() if name not in OWN_HEADERS},
        "authorization": f"Bearer {credential.token}",
        "x-cursor-checksum": credential.checksum,
    }


@asynccontextmanager
async def stream(
    http: httpx.AsyncClient,
    options: Options,
    credential: Credential,
    path: str,
    message: bytes,
    request_id: str,
) -> AsyncIterator[AsyncIterator[Item]]:
    """The items of a server-streaming call. Raises UpstreamError."""
    framing = {
        "content-type": "application/connect+proto",
        "connect-accept-encoding": "gzip",
    }
    request = http.build_request(
        "POST",
        options.base_url.rstrip("/") + path,
        content=envelope(message),
        headers=headers(options, credential, request_id) | framing,
    )
    async with exchange.answer(http, request) as response:
        await _check_stream(response)
        async with aclosing(_items(response)) as items:
            yield items


async def unary(
    http: httpx.AsyncClient,
    options: Options,
    credential: Credential,
    path: str,
    message: bytes,
    request_id: str,
) -> bytes:
    """The one message of a unary call's answer. Raises UpstreamError."""
    request = http.build_request(
        "POST",
        options.base_url.rstrip("/") + path,
        content=message,
        headers=headers(options, credential, request_id)
        | {"content-type": "application/proto"},
    )
    async with exchange.answer(http, request) as response:
        is_proto = exchange.media_type(response) in ("", "application/proto")
        if response.status_code != 200 or not is_proto:
            await _refuse(response)
        return await exchange.whole(response, 4 * MIB)


async def _items(response: httpx.Response) -> AsyncGenerator[Item, None]:
    encoding = response.headers.get("connect-content-encoding", "gzip")
    # No response header was ever recorded; without one we trust the flag.
    decoder = EnvelopeDecoder(encoding="gzip" if encoding == "identity" else encoding)
    async with aclosing(exchange.pieces(response)) as pieces:
        async for piece in pieces:
            for item in decoder.decode(piece):
                yield item
    for item in decoder.flush():
        yield item


async def _check_stream(response: httpx.Response) -> None:
    kind = exchange.media_type(response)
    is_connect = not kind or kind.startswith("application/connect+")
    if response.status_code != 200 or not is_connect:
        await _refuse(response)


async def _refuse(response: httpx.Response) -> None:
    told = parse_unary_error(await exchange.beginning(response))
    if told is not None:
        raise refusal(told)
    if response.status_code == 200:
        raise BadAnswer("The upstream answered with something that is no chat stream.")
    raise exchange.unexpected(response)
