"""Callers who send the body of a page's form too slowly."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.asgi import get_asgi_application

from config import patience

Message = Mapping[str, Any]
SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "path": "/nothing-here",
    "query_string": b"",
    "headers": [(b"host", b"localhost")],
}


def piece(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def status(*pieces: Message, every: float = 0.0) -> int:
    """What the pages answer to a body in pieces; after the last one comes nothing."""
    left, sent = list(pieces), list[Message]()

    async def receive() -> Message:
        if not left:
            await asyncio.Event().wait()
        await asyncio.sleep(every)
        return left.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await patience.patient(get_asgi_application())(SCOPE, receive, send)
    [start] = [m for m in sent if m["type"] == "http.response.start"]
    return int(start["status"])


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SILENCE", 0.2)
    monkeypatch.setattr(patience, "PATIENCE", 0.3)


@pytest.mark.django_db
async def test_a_whole_body_is_answered() -> None:
    assert await status(piece(b"a=1"), piece(b"&b=2", more=False)) == 404


async def test_silence_ends_the_wait() -> None:
    assert await status(piece(b"a=1")) == 408
    assert await status() == 408


async def test_byte_by_byte_is_no_way_to_hold_a_connection() -> None:
    assert await status(*[piece(b"a")] * 100, every=0.02) == 408


@pytest.mark.django_db
async def test_whoever_sends_much_may_take_long() -> None:
    much = [piece(b"a" * 10_000)] * 4
    assert await status(*much, piece(b"", more=False), every=0.1) == 404
