"""Plays a Reply to a caller over ASGI, and notices when the caller hangs up."""

import asyncio
import os
import socket
import stat

from starlette.types import Message, Receive, Scope, Send

from simulator.recorder import Entry
from simulator.reply import Reply

_FLUSH_SECONDS = 0.05
_MOST_FILES = 4096


class ConnectionCutError(Exception):
    """The connection cannot be closed by hand; a test's transport has none."""


async def read_body(receive: Receive, entry: Entry) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            entry.disconnected()
            return bytes(body)
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


class Player:
    """Knows the answers under way, so that a stop need not wait for them."""

    def __init__(self) -> None:
        self._playing: set[asyncio.Event] = set()

    def hang_up(self) -> None:
        for gone in self._playing:
            gone.set()

    async def play(
        self, reply: Reply, scope: Scope, receive: Receive, send: Send, entry: Entry
    ) -> None:
        gone = asyncio.Event()
        self._playing.add(gone)
        try:
            await _play(reply, scope, receive, send, gone)
        finally:
            self._playing.discard(gone)
        if gone.is_set():
            entry.disconnected()
        elif reply.cut:
            _cut(scope)


async def _play(
    reply: Reply, scope: Scope, receive: Receive, send: Send, gone: asyncio.Event
) -> None:
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_watch(receive, gone))
        try:
            await _write(reply, scope, send, gone)
        except OSError:
            gone.set()
        finally:
            watch.cancel()


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


async def _write(reply: Reply, scope: Scope, send: Send, gone: asyncio.Event) -> None:
    await _pause(reply.wait_ms / 1000, gone)
    if reply.status is not None:
        await send(_start(reply, reply.status))
    if reply.early_headers:
        # Servers hold the headers back until there is a body part, even an empty one.
        await send(_part(b"", more=True))
    for write in reply.writes:
        await _pause(write.pause_ms / 1000, gone)
        if gone.is_set():
            return
        await send(_part(write.data, more=True))
    if reply.cut:
        await _pause(_FLUSH_SECONDS, gone)
    else:
        await send(_part(b"", more=False))


async def _pause(seconds: float, gone: asyncio.Event) -> None:
    """Sleeps, but not past the caller's leaving."""
    if seconds <= 0:
        await asyncio.sleep(0)
        return
    try:
        async with asyncio.timeout(seconds):
            await gone.wait()
    except TimeoutError:
        return


def _start(reply: Reply, status: int) -> Message:
    headers = [(k.encode(), v.encode()) for k, v in reply.headers.items()]
    return {"type": "http.response.start", "status": status, "headers": headers}


def _part(data: bytes, more: bool) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


def _cut(scope: Scope) -> None:
    # ASGI has no way to break a connection. The server lives in this process,
    # so the socket whose other end is the caller can be found and shut.
    for number in range(3, _MOST_FILES):
        if _is_socket(number) and _shut_if_peer(number, scope.get("client")):
            return
    raise ConnectionCutError("the connection was cut on purpose")


def _is_socket(number: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False


def _shut_if_peer(number: int, client: object) -> bool:
    with socket.socket(fileno=os.dup(number)) as twin:
        try:
            if not _same(twin.getpeername(), client):
                return False
            twin.shutdown(socket.SHUT_RDWR)
        except OSError:
            return False
    return True


def _same(peer: object, client: object) -> bool:
    # Some servers give the port of the caller as text.
    if not isinstance(peer, tuple) or not isinstance(client, list | tuple):
        return False
    return [str(part) for part in peer[:2]] == [str(part) for part in client]
