"""One chat with StreamUnifiedChatWithTools: a prompt in, events out.

The vendor takes these calls over HTTP/2 only; its load balancer answers HTTP/1.1 with a
464. A server of plain `http://` gets HTTP/1.1 all the same.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager

import httpx

from proxy.upstream.connect import Broken, ConnectError, EndOfStream, Item, Message
from proxy.upstream.errors import EmptyAnswer, UpstreamError
from proxy.upstream.http import drain
from proxy.upstream.unified import codec
from proxy.upstream.unified.prompt import dialogue
from proxy.upstream.unified.toolcalls import ToolCalls
from proxy.upstream.vendor import call
from proxy.upstream.vendor.call import Options, new_uuid
from proxy.upstream.vendor.codec import decode_usage, encode_usage_request
from proxy.upstream.vendor.trailer import refusal
from proxy.upstream.vocabulary import (
    Credential,
    Event,
    Events,
    Finished,
    Prompt,
    TextDelta,
    ThinkingDelta,
    Usage,
)

PATH = "/aiserver.v1.ChatService/StreamUnifiedChatWithTools"
USAGE_PATH = "/aiserver.v1.DashboardService/GetTokenUsage"
# Seconds that the count of tokens may take; the caller waits for the end meanwhile.
USAGE_PATIENCE = 3
# The upstream ends so when nobody answers its tool calls, which is how we work.
ABORTED = "upstream_user_aborted_request"


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
    body = codec.encode_request(
        spoken, prompt, options.client_version, new_id, options.slow_pool
    )
    answer = Answer(prompt)
    try:
        async with (
            call.stream(http, options, credential, PATH, body, new_id()) as items,
            aclosing(_read(items, answer)) as events,
        ):
            async for event in events:
                yield event
        if answer.usage_uuid:
            usage = await _usage(http, options, credential, answer.usage_uuid)
            if usage is not None:
                yield usage
        yield answer.finished()
    except UpstreamError as error:
        yield error.failed(credential)


class Answer:
    """What the messages come to, one after the other."""

    def __init__(self, prompt: Prompt) -> None:
        self._calls = ToolCalls(prompt.tools)
        self._has_text = False
        self.usage_uuid = ""

    def see(self, said: codec.Said) -> Iterator[Event]:
        self.usage_uuid = said.usage_uuid or self.usage_uuid
        if said.thinking:
            yield ThinkingDelta(said.thinking)
        # The vendor likes to begin with blank lines.
        text = said.text if self._has_text else said.text.lstrip("\r\n")
        if text:
            self._has_text = True
            yield TextDelta(text)
        if said.call is not None:
            yield from self._calls.see(said.call)

    def end(self, error: ConnectError | None) -> None:
        """Raises Refused, CutStream or EmptyAnswer."""
        begun = self._has_text or bool(self._calls)
        if error is not None:
            refused = refusal(error)
            if refused.code != ABORTED or not begun:
                raise refused
        if not begun:
            raise EmptyAnswer("The upstream ended its answer without any text.")
        self._calls.check_whole()

    def finished(self) -> Finished:
        return Finished("tool_calls" if self._calls else "stop")


async def _read(
    items: AsyncIterator[Item], answer: Answer
) -> AsyncGenerator[Event, None]:
    async for item in items:
        match item:
            case Message(payload):
                for event in answer.see(codec.decode(payload)):
                    yield event
            case EndOfStream(error):
                answer.end(error)
                await drain(items)
            case Broken(fault):
                raise fault


async def _usage(
    http: httpx.AsyncClient, options: Options, credential: Credential, usage_uuid: str
) -> Usage | None:
    """The vendor's count; None if it cannot be had, and then we estimate."""
    asked = encode_usage_request(usage_uuid)
    with contextlib.suppress(TimeoutError, UpstreamError):
        async with asyncio.timeout(USAGE_PATIENCE):
            told = await call.unary(
                http, options, credential, USAGE_PATH, asked, new_uuid()
            )
            return decode_usage(told)
    return None
