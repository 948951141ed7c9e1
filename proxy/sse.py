"""The answer in OpenAI's two shapes: chunks as server-sent events, or one object.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import msgspec

from proxy.errors import GatewayError, UpstreamFailed
from proxy.upstream.vocabulary import (
    Failed,
    Finished,
    Heard,
    Restarted,
    TextDelta,
    Usage,
)

KEEP_ALIVE = b": keepalive\n\n"
DONE = b"data: [DONE]\n\n"
UsageNow = Callable[[], Usage]


@dataclass(frozen=True, slots=True)
class Shape:
    """What all chunks of one answer have in common. `created` is in unix seconds."""

    id: str
    created: int
    model: str
    include_usage: bool = False

    def chunk(self, delta: dict[str, str], reason: str | None = None) -> bytes:
        choice = {
            "index": 0,
            "delta": delta,
            "logprobs": None,
            "finish_reason": reason,
        }
        return self._event([choice], None)

    def usage_chunk(self, usage: Usage) -> bytes:
        return self._event([], usage)

    def _event(self, choices: list[dict[str, object]], usage: Usage | None) -> bytes:
        body: dict[str, object] = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
        }
        if self.include_usage:
            body["usage"] = usage and as_json(usage)
        return event(body)

    def completion(self, text: str, reason: str, usage: Usage) -> dict[str, object]:
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": reason,
        }
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [choice],
            "usage": as_json(usage),
        }


def event(body: dict[str, object]) -> bytes:
    return b"data: " + msgspec.json.encode(body) + b"\n\n"


def as_json(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


async def stream(
    events: AsyncGenerator[Heard, None], shape: Shape, usage: UsageNow
) -> AsyncGenerator[bytes, None]:
    """Server-sent events. Raises UpstreamFailed only before the first of them.

    The closing chunks come after `events` has ended: by then the record is written.
    """
    said = begun = False
    last: Heard = None
    async with aclosing(events):
        async for last in events:
            if last is None:
                said = True
                yield KEEP_ALIVE
            elif isinstance(last, TextDelta):
                if not begun:
                    said = begun = True
                    yield shape.chunk({"role": "assistant", "content": ""})
                yield shape.chunk({"content": last.text})
            elif isinstance(last, Failed) and not said:
                raise UpstreamFailed(last)
    for closing in _closing(last, shape, usage):
        yield closing


def _closing(last: Heard, shape: Shape, usage: UsageNow) -> list[bytes]:
    """A failure ends in an error event and without `[DONE]`: every client sees it."""
    if isinstance(last, Failed):
        return [event(UpstreamFailed(last).body())]
    if not isinstance(last, Finished):
        return [event(GatewayError("The answer stopped before its end.").body())]
    chunks = [shape.chunk({}, last.reason)]
    if shape.include_usage:
        chunks.append(shape.usage_chunk(usage()))
    return [*chunks, DONE]


async def whole(
    events: AsyncGenerator[Heard, None], shape: Shape, usage: UsageNow
) -> bytes:
    """The answer as one JSON object. Raises UpstreamFailed."""
    texts: list[str] = []
    last: Heard = None
    async with aclosing(events):
        async for last in events:
            if isinstance(last, TextDelta):
                texts.append(last.text)
            elif isinstance(last, Restarted):
                texts.clear()
    if isinstance(last, Failed):
        raise UpstreamFailed(last)
    if not isinstance(last, Finished):
        raise GatewayError("The answer stopped before its end.")
    body = shape.completion("".join(texts), last.reason, usage())
    return msgspec.json.encode(body)


async def chained(
    first: bytes, rest: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """`rest` with its first piece, which was taken already, before it."""
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece
