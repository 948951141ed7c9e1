"""The answer as the caller wants it: server-sent events, or one JSON object."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec

from proxy.errors import GatewayError, UpstreamFailed
from proxy.shape import Answer, Json, Shape, event, tool_call
from proxy.upstream.vocabulary import (
    Failed,
    Finished,
    Heard,
    Native,
    Restarted,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
)

KEEP_ALIVE = b": keepalive\n\n"
# Some clients count the time since the last chunk, and a comment is none: each so many
# signs of life one is an empty chunk.
HEARTBEAT = 4
DONE = b"data: [DONE]\n\n"
UsageNow = Callable[[], Usage]


async def stream(
    events: AsyncGenerator[Heard, None], shape: Shape, usage: UsageNow
) -> AsyncGenerator[bytes, None]:
    """Server-sent events. Raises UpstreamFailed only before the first of them.

    The closing chunks come after `events` has ended: by then the record is written.
    """
    said = begun = native = False
    silences = 0
    last: Heard = None
    async with aclosing(events):
        async for last in events:
            silences = silences + 1 if last is None else 0
            if last is None:
                said = True
                heartbeat = (begun or native) and silences % HEARTBEAT == 0
                yield shape.chunk({"content": ""}) if heartbeat else KEEP_ALIVE
            elif isinstance(last, Failed) and not said:
                raise UpstreamFailed(last)
            elif isinstance(last, Native):
                shape = shape if native else shape.serving(last)
                said = native = True
                yield shape.native_chunk(last)
            elif (delta := _delta(last)) is not None:
                if not begun:
                    said = begun = True
                    yield shape.chunk({"role": "assistant", "content": ""})
                yield shape.chunk(delta)
    for closing in _closing(last, shape, usage, native=native):
        yield closing


def _delta(heard: Heard) -> Json | None:
    """What changed in the message, or None if nothing did."""
    match heard:
        case TextDelta(text):
            return {"content": text}
        case ThinkingDelta(text):
            return {"reasoning_content": text}
        case ToolCallDelta():
            return tool_call(heard)
    return None


def _closing(last: Heard, shape: Shape, usage: UsageNow, native: bool) -> list[bytes]:
    """A failure ends in an error event and without `[DONE]`: every client sees it."""
    if isinstance(last, Failed):
        return [event(UpstreamFailed(last).body())]
    if not isinstance(last, Finished):
        return [event(GatewayError("The answer stopped before its end.").body())]
    # A native chunk has told the reason already.
    chunks = [] if native else [shape.chunk({}, last.reason)]
    if shape.include_usage:
        chunks.append(shape.usage_chunk(usage()))
    return [*chunks, DONE]


async def whole(
    events: AsyncGenerator[Heard, None], shape: Shape, usage: UsageNow
) -> bytes:
    """The answer as one JSON object. Raises UpstreamFailed."""
    heard: list[Heard] = []
    async with aclosing(events):
        async for one in events:
            if isinstance(one, Restarted):
                heard.clear()
            elif one is not None:
                heard.append(one)
    last = heard[-1] if heard else None
    if isinstance(last, Failed):
        raise UpstreamFailed(last)
    if not isinstance(last, Finished):
        raise GatewayError("The answer stopped before its end.")
    for one in heard:
        if isinstance(one, Native):
            native = shape.serving(one).native_completion(one, usage())
            return msgspec.json.encode(native)
    return msgspec.json.encode(shape.completion(_answer(heard, last), usage()))


def _answer(heard: list[Heard], last: Finished) -> Answer:
    texts = [one.text for one in heard if isinstance(one, TextDelta)]
    thoughts = [one.text for one in heard if isinstance(one, ThinkingDelta)]
    calls: dict[int, ToolCall] = {}
    for one in heard:
        if isinstance(one, ToolCallDelta):
            begun = calls.get(one.index, ToolCall(one.id, one.name, ""))
            arguments = begun.arguments + one.arguments
            calls[one.index] = ToolCall(begun.id, begun.name, arguments)
    return Answer("".join(texts), "".join(thoughts), list(calls.values()), last.reason)


async def chained(
    first: bytes, rest: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """`rest` with its first piece, which was taken already, before it."""
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece
