"""One chat with an OpenAI-compatible server: the request goes on as it came.

A caller who wants a stream gets a stream from the upstream, and one who wants the
answer whole lets the upstream make it whole.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import httpx

from proxy.upstream import http as exchange
from proxy.upstream.connect import MIB
from proxy.upstream.errors import BadAnswer, CutStream, TimedOut, UpstreamError
from proxy.upstream.openai import answer, refusal, request
from proxy.upstream.openai.events import EventDecoder
from proxy.upstream.vocabulary import Credential, Event, Events, Prompt

MOST = 64 * MIB
DONE = b"[DONE]"
OWN_HEADERS = frozenset({"authorization", "content-type", "content-length", "host"})


@dataclass(frozen=True, slots=True)
class Options:
    """`base_url` ends where `/chat/completions` begins, mostly in `/v1`.

    `key_header`: a server that wants its key bare in a header of its own.
    """

    base_url: str
    key_header: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def headers(options: Options, credential: Credential) -> dict[str, str]:
    given = {name.lower(): value for name, value in options.headers.items()}
    key = (
        {options.key_header.lower(): credential.token}
        if options.key_header
        else {"authorization": f"Bearer {credential.token}"}
    )
    return {
        "accept-encoding": "identity",
        "user-agent": "teamgauge",
        **{name: value for name, value in given.items() if name not in OWN_HEADERS},
        **key,
    }


@asynccontextmanager
async def open(
    http: httpx.AsyncClient, options: Options, credential: Credential, prompt: Prompt
) -> AsyncIterator[Events]:
    """Give the answer's events; leaving the block closes the connection at once.

    No `UpstreamError` escapes: whatever happens is the last event.
    """
    async with aclosing(_events(http, options, credential, prompt)) as events:
        yield events


async def _events(
    http: httpx.AsyncClient, options: Options, credential: Credential, prompt: Prompt
) -> AsyncGenerator[Event, None]:
    accept = "text/event-stream" if prompt.stream else "application/json"
    asked = http.build_request(
        "POST",
        f"{options.base_url.rstrip('/')}/chat/completions",
        content=request.body(prompt),
        headers=headers(options, credential)
        | {"content-type": "application/json", "accept": accept},
    )
    try:
        async with exchange.answer(http, asked) as response:
            await check(response, credential, prompt.model)
            read = _stream if prompt.stream else _whole
            async with aclosing(read(response, credential)) as events:
                async for event in events:
                    yield event
    except UpstreamError as error:
        yield error.failed(credential)


async def check(
    response: httpx.Response, credential: Credential, model: str = ""
) -> None:
    """Raises UpstreamError for every status but 200."""
    if response.status_code == 200:
        return
    unexpected = exchange.unexpected(response)
    told = refusal.told(await exchange.beginning(response))
    if told is None:
        raise unexpected
    raise refusal.refusal(told, unexpected, credential.token, model)


async def _whole(
    response: httpx.Response, credential: Credential
) -> AsyncGenerator[Event, None]:
    payload = await exchange.whole(response, MOST)
    if error := refusal.told(payload):
        raise refusal.in_stream(error, credential.token)
    for event in answer.whole(payload):
        yield event


async def _stream(
    response: httpx.Response, credential: Credential
) -> AsyncGenerator[Event, None]:
    if exchange.media_type(response) not in ("", "text/event-stream"):
        told = refusal.told(await exchange.beginning(response))
        if told is not None:
            raise refusal.in_stream(told, credential.token)
        raise BadAnswer("The upstream answered with something that is no stream.")
    chunks = answer.Chunks(credential.token)
    async with aclosing(_payloads(response, chunks)) as payloads:
        async for payload in payloads:
            for event in chunks.read(payload):
                yield event
    for event in chunks.end():
        yield event


async def _payloads(
    response: httpx.Response, chunks: answer.Chunks
) -> AsyncGenerator[bytes, None]:
    """The events' data up to `[DONE]`, or to the end of the body.

    A connection that breaks when every choice has its finish reason breaks nothing.
    """
    decoder = EventDecoder()
    async with aclosing(exchange.pieces(response)) as pieces:
        try:
            async for piece in pieces:
                for payload in decoder.decode(piece):
                    if payload.startswith(DONE):
                        await exchange.drain(pieces)
                        return
                    yield payload
        except (CutStream, TimedOut):
            if not chunks.is_whole():
                raise
    for payload in decoder.flush():
        if payload.startswith(DONE):
            return
        yield payload


async def models(
    http: httpx.AsyncClient, options: Options, credential: Credential
) -> list[tuple[str, str]]:
    """The server's own list: ids and owners, in its order. Raises UpstreamError."""
    asked = http.build_request(
        "GET",
        f"{options.base_url.rstrip('/')}/models",
        headers=headers(options, credential),
    )
    async with exchange.answer(http, asked) as response:
        await check(response, credential)
        return list(answer.parse_models(await exchange.whole(response, 4 * MIB)))
