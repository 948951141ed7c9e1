"""One chat with StreamChat over HTTP: a prompt in, events out."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

import httpx

from proxy.upstream.connect import (
    Broken,
    ConnectError,
    EndOfStream,
    EnvelopeDecoder,
    Item,
    Message,
    envelope,
    parse_unary_error,
)
from proxy.upstream.errors import (
    BadAnswer,
    CutStream,
    EmptyAnswer,
    TimedOut,
    UnexpectedStatus,
    Unreachable,
    UpstreamError,
)
from proxy.upstream.streamchat import codec
from proxy.upstream.streamchat.prompt import dialogue
from proxy.upstream.streamchat.trailer import refusal
from proxy.upstream.vocabulary import (
    Credential,
    Event,
    Events,
    Finished,
    Prompt,
    TextDelta,
)

PATH = "/aiserver.v1.AiService/StreamChat"
ERROR_BODY_LIMIT = 64 * 1024
# How long an ended answer may keep its connection before we hang up, in seconds.
# Reading to the end of the body lets the connection serve the next request.
DRAIN = 0.1


@dataclass(frozen=True, slots=True)
class Options:
    """How this upstream is to be spoken to; one per `Upstream` row."""

    base_url: str
    client_version: str
    timezone: str = "UTC"
    ghost_mode: bool = True
    slow_pool: bool = False
    default_instructions: str = ""


def new_uuid() -> str:
    return str(uuid.uuid4())


@asynccontextmanager
async def open(
    http: httpx.AsyncClient,
    options: Options,
    credential: Credential,
    prompt: Prompt,
    *,
    new_id: Callable[[], str] = new_uuid,
) -> AsyncIterator[Events]:
    """Give the answer's events; leaving the block closes the connection at once.

    No `UpstreamError` escapes: whatever happens is the last event, `Finished` or
    `Failed`, also when the upstream could not be reached at all.
    """
    async with aclosing(_events(http, options, credential, prompt, new_id)) as events:
        yield events


async def _events(
    http: httpx.AsyncClient,
    options: Options,
    credential: Credential,
    prompt: Prompt,
    new_id: Callable[[], str],
) -> AsyncGenerator[Event, None]:
    spoken = dialogue(prompt.messages, options.default_instructions)
    body = codec.encode_request(spoken, prompt.model, new_id, options.slow_pool)
    request = http.build_request(
        "POST",
        options.base_url.rstrip("/") + PATH,
        content=envelope(body),
        headers=headers(options, credential, new_id()),
    )
    try:
        async with (
            _answer(http, request) as response,
            aclosing(_read(response)) as events,
        ):
            async for event in events:
                yield event
    except UpstreamError as error:
        yield error.failed()


def headers(
    options: Options, credential: Credential, request_id: str
) -> dict[str, str]:
    """The request's headers. `request_id` is not the one inside the body."""
    return {
        "content-type": "application/connect+proto",
        "authorization": f"Bearer {credential.token}",
        "accept-encoding": "identity",
        "connect-accept-encoding": "gzip",
        "connect-protocol-version": "1",
        "user-agent": "connect-es/1.6.1",
        "x-amzn-trace-id": f"Root={request_id}",
        "x-request-id": request_id,
        "x-cursor-checksum": credential.checksum,
        "x-cursor-client-version": options.client_version,
        "x-cursor-timezone": options.timezone,
        "x-ghost-mode": "true" if options.ghost_mode else "false",
    }


@asynccontextmanager
async def _answer(
    http: httpx.AsyncClient, request: httpx.Request
) -> AsyncIterator[httpx.Response]:
    """The response once its headers are here; closed on every way out."""
    try:
        response = await http.send(request, stream=True)
    except httpx.TimeoutException as error:
        raise _no_answer(error) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Unreachable("The upstream could not be reached.") from error
    try:
        yield response
    finally:
        await response.aclose()


def _no_answer(error: httpx.TimeoutException) -> UpstreamError:
    if _was_dropped(error):
        return Unreachable("The upstream could not be reached.")
    return TimedOut("The upstream did not answer in time.")


def _was_dropped(error: httpx.TimeoutException) -> bool:
    # The aiohttp transport tells a connection that was refused or dropped as a
    # ConnectTimeout too; the cause shows which of them it was.
    return error.__cause__ is not None and not isinstance(error.__cause__, TimeoutError)


async def _read(response: httpx.Response) -> AsyncGenerator[Event, None]:
    await _check(response)
    begun = False
    async with aclosing(_items(response)) as items:
        async for item in items:
            match item:
                case Message(payload):
                    text = codec.decode_text(payload)
                    # The vendor likes to begin with blank lines.
                    text = text if begun else text.lstrip("\r\n")
                    if text:
                        begun = True
                        yield TextDelta(text)
                case EndOfStream(error):
                    yield _end(error, begun)
                    await _drain(items)
                case Broken(fault):
                    raise fault


def _end(error: ConnectError | None, begun: bool) -> Event:
    if error is not None:
        raise refusal(error)
    if not begun:
        raise EmptyAnswer("The upstream ended its answer without any text.")
    return Finished("stop")


async def _items(response: httpx.Response) -> AsyncGenerator[Item, None]:
    encoding = response.headers.get("connect-content-encoding", "gzip")
    # No response header was ever recorded; without one we trust the flag.
    decoder = EnvelopeDecoder(encoding="gzip" if encoding == "identity" else encoding)
    async with aclosing(_pieces(response)) as pieces:
        async for piece in pieces:
            for item in decoder.decode(piece):
                yield item
    for item in decoder.flush():
        yield item


async def _pieces(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in response.aiter_bytes():
            yield piece
    except httpx.TimeoutException as error:
        raise TimedOut(
            "The upstream fell silent in the middle of its answer."
        ) from error
    except (httpx.HTTPError, OSError) as error:
        raise CutStream("The connection to the upstream broke.") from error


async def _drain(items: AsyncIterator[Item]) -> None:
    with contextlib.suppress(TimeoutError, UpstreamError):
        async with asyncio.timeout(DRAIN):
            async for _ in items:
                pass


async def _check(response: httpx.Response) -> None:
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if response.status_code == 200 and (
        not kind or kind.startswith("application/connect+")
    ):
        return
    told = parse_unary_error(await _beginning(response))
    if told is not None:
        raise refusal(told)
    if response.status_code == 200:
        raise BadAnswer("The upstream answered with something that is no chat stream.")
    raise unexpected(response)


def unexpected(response: httpx.Response) -> UnexpectedStatus:
    status = response.status_code
    message = f"The upstream answered with HTTP status {status}."
    if status == 464:
        message += " Its load balancer does not take this HTTP version on this path."
    wait = response.headers.get("retry-after", "")
    seconds = int(wait) if wait.isascii() and wait.isdigit() else None
    return UnexpectedStatus(status, message, seconds)


async def _beginning(response: httpx.Response) -> bytes:
    """As much of an error's body as is worth reading."""
    body = bytearray()
    async with aclosing(_pieces(response)) as pieces:
        with contextlib.suppress(UpstreamError):
            async for piece in pieces:
                body += piece
                if len(body) > ERROR_BODY_LIMIT:
                    break
    return bytes(body)
