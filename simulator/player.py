"""Plays a Reply to a caller over ASGI, and notices when the caller hangs up."""

import asyncio
import ctypes
import os
import socket
import stat
from collections.abc import Callable

from starlette.types import Message, Receive, Scope, Send

from simulator.recorder import Entry
from simulator.reply import Reply

_libc = ctypes.CDLL(None)
_FLUSH_MS = 50
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


class Caller:
    """Whether the caller is still there, and pauses that end when it leaves.

    A plain future per pause: hundreds of streams pause a hundred times each, and
    a timeout around an event costs an exception every time.
    """

    def __init__(self) -> None:
        self.gone = False
        self._waiting: asyncio.Future[None] | None = None

    def leave(self) -> None:
        self.gone = True
        self._wake()

    async def pause(self, milliseconds: float) -> None:
        if milliseconds <= 0 or self.gone:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = loop.call_later(milliseconds / 1000, self._wake)
        try:
            await self._waiting
        finally:
            timer.cancel()

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)


class Player:
    """Knows the answers under way, so that a stop need not wait for them."""

    def __init__(self) -> None:
        self._callers: set[Caller] = set()

    def hang_up(self) -> None:
        for caller in self._callers:
            caller.leave()

    async def play(
        self, reply: Reply, scope: Scope, receive: Receive, send: Send, entry: Entry
    ) -> None:
        caller = Caller()
        self._callers.add(caller)
        try:
            await _play(reply, receive, send, caller)
        finally:
            self._callers.discard(caller)
        if caller.gone:
            entry.disconnected()
        elif reply.cut:
            _cut(scope, _reset if reply.is_reset else _shut)


async def _play(reply: Reply, receive: Receive, send: Send, caller: Caller) -> None:
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_watch(receive, caller))
        try:
            await _write(reply, send, caller)
        except OSError:
            caller.leave()
        finally:
            watch.cancel()


async def _watch(receive: Receive, caller: Caller) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    caller.leave()


async def _write(reply: Reply, send: Send, caller: Caller) -> None:
    await caller.pause(reply.wait_ms)
    if reply.status is not None:
        await send(_start(reply, reply.status))
    if reply.early_headers:
        # Servers hold the headers back until there is a body part, even an empty one.
        await send(_part(b"", more=True))
    for write in reply.writes:
        await caller.pause(write.pause_ms)
        if caller.gone:
            return
        await send(_part(write.data, more=True))
    if reply.cut:
        await caller.pause(_FLUSH_MS)
    else:
        await send(_part(b"", more=False))


def _start(reply: Reply, status: int) -> Message:
    headers = [(k.encode(), v.encode()) for k, v in reply.headers.items()]
    return {"type": "http.response.start", "status": status, "headers": headers}


def _part(data: bytes, more: bool) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


def _cut(scope: Scope, end: Callable[[socket.socket], None]) -> None:
    # ASGI has no way to break a connection. The server lives in this process,
    # so the socket whose other end is the caller can be found and shut.
    for number in range(3, _MOST_FILES):
        if _is_socket(number) and _end_if_peer(number, scope.get("client"), end):
            return
    raise ConnectionCutError("the connection was cut on purpose")


def _is_socket(number: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False


def _end_if_peer(
    number: int, client: object, end: Callable[[socket.socket], None]
) -> bool:
    with socket.socket(fileno=os.dup(number)) as twin:
        try:
            if not _same(twin.getpeername(), client):
                return False
            end(twin)
        except OSError:
            return False
    return True


def _shut(twin: socket.socket) -> None:
    twin.shutdown(socket.SHUT_RDWR)


def _reset(twin: socket.socket) -> None:
    # An address of no family dissolves the connection at once; Python's own
    # connect() cannot say it.
    _libc.connect(twin.fileno(), bytes(16), 16)


def _same(peer: object, client: object) -> bool:
    # Some servers give the port of the caller as text.
    if not isinstance(peer, tuple) or not isinstance(client, list | tuple):
        return False
    return [str(part) for part in peer[:2]] == [str(part) for part in client]
