"""One chat with StreamChat over HTTP: a prompt in, events out."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import httpx

from proxy.upstream.connect import Broken, ConnectError, EndOfStream, Item, Message
from proxy.upstream.errors import EmptyAnswer, UpstreamError
from proxy.upstream.http import drain
from proxy.upstream.streamchat import codec
from proxy.upstream.streamchat.prompt import dialogue
from proxy.upstream.vendor import call
from proxy.upstream.vendor.call import Options, new_uuid
from proxy.upstream.vendor.trailer import refusal
from proxy.upstream.vocabulary import (
    Credential,
    Event,
    Events,
    Finished,
    Prompt,
    TextDelta,
)

PATH = "/aiserver.v1.AiService/StreamChat"


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
    try:
        async with (
            call.stream(http, options, credential, PATH, body, new_id()) as items,
            aclosing(_read(items)) as events,
        ):
            async for event in events:
                yield event
    except UpstreamError as error:
        yield error.failed(credential)


async def _read(items: AsyncIterator[Item]) -> AsyncGenerator[Event, None]:
    begun = False
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
                await drain(items)
            case Broken(fault):
                raise fault


def _end(error: ConnectError | None, begun: bool) -> Event:
    if error is not None:
        raise refusal(error)
    if not begun:
        raise EmptyAnswer("The upstream ended its answer without any text.")
    return Finished("stop")
