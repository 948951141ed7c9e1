"""An answer, whole or piece by piece, and its way over ASGI."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import msgspec

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]
JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Streaming:
    """The status is 200 by now; whatever happens is told in `pieces`."""

    pieces: AsyncGenerator[bytes, None]
    headers: Mapping[str, str]


def json(body: object, status: int = 200, **headers: str) -> Answer:
    return Answer(status, msgspec.json.encode(body), JSON | headers)


async def send_whole(send: Send, answer: Answer, more: Headers, *, head: bool) -> None:
    length = {"content-length": str(len(answer.body))}
    headers = [*_encoded({**answer.headers, **length}), *more]
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": headers}
    )
    body = b"" if head else answer.body
    await send({"type": "http.response.body", "body": body})


async def send_stream(send: Send, streaming: Streaming, more: Headers) -> None:
    """Each piece waits until the one before has gone out, so that a slow reader slows
    down the upstream and nothing heaps up here."""
    headers = [*_encoded(streaming.headers), *more]
    async with aclosing(streaming.pieces) as pieces:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()]
