"""How much a page takes from a request, refused before it is on the disk.

Django writes a whole body to the disk before a page sees any of it. What says that it
is too large is not read at all; what turns out to be is read no further.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Scope = dict[str, Any]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
MIB = 1024 * 1024
LARGEST_FILE = 1024 * MIB
# Beside the file: the other fields, and the lines between them.
REST_OF_FORM = MIB
# Of every other page. Each has a smaller limit of its own.
LARGEST_BODY = 64 * MIB
# Seconds for which a caller may go on sending before it hears that nobody reads.
PATIENCE = 2
_MARK = "teamgauge.too_large"


def bounded(pages: App) -> App:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await pages(scope, receive, send)
            return
        body = _Body(receive, _most(scope["path"]))
        if body.fits(_announced(scope)):
            await pages(scope, body.receive, send)
        if body.is_too_large:
            await _refuse(pages, scope, receive, send)

    return application


def came_too_large(request: HttpRequest) -> bool:
    """The page is asked only to say so: the file itself was not read."""
    return _MARK in getattr(request, "scope", {})


class _Body:
    """Counts what comes; beyond the limit the caller seems to have hung up."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left = receive, most
        self.is_too_large = False

    def fits(self, size: int) -> bool:
        self.is_too_large = size > self._left
        return not self.is_too_large

    async def receive(self) -> Mapping[str, Any]:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.is_too_large = True
            return {"type": "http.disconnect"}
        return message


def _most(path: str) -> int:
    return LARGEST_FILE + REST_OF_FORM if path == reverse("import") else LARGEST_BODY


def _announced(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"")
    return int(value) if value.isdigit() else 0


async def _refuse(pages: App, scope: Scope, receive: Receive, send: Send) -> None:
    """The page of the form says it in its own words, all others in few."""
    await _let_finish(receive)
    if scope["path"] == reverse("import"):
        await pages(_bare(scope), _empty_body(), send)
        return
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    text = f"The request is larger than {LARGEST_BODY // MIB} MB.\n".encode()
    await send({"type": "http.response.body", "body": text})


async def _let_finish(receive: Receive) -> None:
    """Most callers listen only when they have sent all; what comes is thrown away."""
    until = time.monotonic() + PATIENCE
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while time.monotonic() < until and (await receive()).get("more_body"):
                continue


def _bare(scope: Scope) -> Scope:
    """Who asks, and for which team, without a body."""
    of_body = (b"content-length", b"content-type", b"transfer-encoding")
    headers = [(name, value) for name, value in scope["headers"] if name not in of_body]
    return {**scope, "method": "GET", "headers": headers, _MARK: True}


def _empty_body() -> Receive:
    """After it nothing is heard of the caller; the page is answered meanwhile."""
    left = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Mapping[str, Any]:
        if not left:
            await asyncio.Event().wait()
        return left.pop()

    return receive
