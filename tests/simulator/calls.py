"""A StreamChat call as a client makes it, and a caller that hangs up."""

import asyncio

from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Scope

from simulator import chat, wire
from simulator.chatrequest import Fields
from simulator.state import DEMO_TOKEN
from simulator.wire import Frame

CHECKSUM = "3HFzbBm6" + "a1" * 32
HEADERS = {
    "content-type": "application/connect+proto",
    "authorization": f"Bearer {DEMO_TOKEN}",
    "x-cursor-checksum": CHECKSUM,
}


def body(text: str = "Grüß dich", model: str = "gpt-5") -> bytes:
    said = wire.block(2, wire.text(1, text) + wire.number(2, 1))
    return Frame(said + wire.block(7, wire.text(1, model))).encode()


def ask(api: TestClient, **headers: str) -> bytes:
    answer = api.post(chat.PATH, content=body(), headers={**HEADERS, **headers})
    assert answer.status_code == 200
    return answer.content


def said(stream: bytes) -> str:
    """The answer's text, with compressed frames unpacked."""
    frames = [f for f in wire.split_frames(stream) if not f.flags & wire.END]
    return "".join(Fields(frame.message()).text(1) for frame in frames)


async def hang_up(app: ASGIApp, path: str, after_parts: int) -> list[Message]:
    """Leaves once so many body parts have come."""
    sent: list[Message] = []
    left = asyncio.Event()
    request = iter([{"type": "http.request", "body": body(), "more_body": False}])

    async def receive() -> Message:
        if (message := next(request, None)) is None:
            await left.wait()
        return message or {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) > after_parts:
            left.set()

    await app(_scope(path), receive, send)
    return sent


def _scope(path: str) -> Scope:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(k.encode(), v.encode()) for k, v in HEADERS.items()],
        "client": ("192.0.2.1", 5),
    }
