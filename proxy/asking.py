"""A request as ASGI brings it: its headers at once, its body only when asked for.

The body is counted while it comes, packed and unpacked, and nothing of it is put on
disk: whoever sends too much or too slowly is told before the end.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from proxy.errors import BadRequest, TooLarge, TooSlow, UnsupportedBody

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
MIB = 1024 * 1024
LARGEST = 32 * MIB
# Seconds without a byte, and seconds for the whole body.
SILENCE, PATIENCE = 15, 120


class HungUp(Exception):
    """The caller went away before the request was whole: there is nobody to answer."""


class Request:
    def __init__(self, scope: Mapping[str, Any], receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._receive = receive
        self._read = asyncio.Event()

    def header(self, name: bytes) -> str:
        """The first one's value, its bytes read as Latin-1; empty without one."""
        for key, value in self._headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    async def body(self) -> bytes:
        """Unpacked. Raises TooLarge, TooSlow, UnsupportedBody, BadRequest, HungUp."""
        unpacking = _unpacking(self.header(b"content-encoding"))
        length = self.header(b"content-length")
        if length.isascii() and length.isdigit() and len(length) < 20:
            _check_size(int(length))
        try:
            async with asyncio.timeout(PATIENCE):
                body = await self._whole(unpacking)
        except TimeoutError:
            raise TooSlow("The request's body did not arrive in time.") from None
        self._read.set()
        return body

    async def hung_up(self) -> None:
        """Returns when the caller goes away; not before the body was read."""
        await self._read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _whole(self, unpacking: "Unpacking") -> bytes:
        pieces, packed, size, more = list[bytes](), 0, 0, True
        while more:
            async with asyncio.timeout(SILENCE):
                message = await self._receive()
            if message["type"] == "http.disconnect":
                raise HungUp
            packed += len(message.get("body", b""))
            _check_size(packed)
            piece = unpacking.take(message.get("body", b""), LARGEST - size + 1)
            size += len(piece)
            _check_size(size)
            pieces.append(piece)
            more = message.get("more_body", False)
        unpacking.finish()
        return b"".join(pieces)


class Unpacking(Protocol):
    def take(self, piece: bytes, most: int) -> bytes:
        """What the piece unpacks to, or its first `most` bytes."""

    def finish(self) -> None:
        """Raises BadRequest if the end is missing."""


class AsItIs:
    def take(self, piece: bytes, most: int) -> bytes:
        return piece

    def finish(self) -> None:
        pass


class Inflating:
    def __init__(self, bits: int) -> None:
        self._unzip = zlib.decompressobj(wbits=bits)

    def take(self, piece: bytes, most: int) -> bytes:
        try:
            plain = self._unzip.decompress(piece, most)
        except zlib.error:
            raise BadRequest("The request's body cannot be unpacked.") from None
        if self._unzip.unused_data:
            raise BadRequest("The request's packed body has more after its end.")
        return plain

    def finish(self) -> None:
        if not self._unzip.eof:
            raise BadRequest("The request's packed body ends too early.")


def _unpacking(encoding: str) -> Unpacking:
    match encoding.strip().lower():
        case "" | "identity":
            return AsItIs()
        case "gzip" | "x-gzip":
            return Inflating(zlib.MAX_WBITS | 16)
        case "deflate":
            return Inflating(zlib.MAX_WBITS)
    raise UnsupportedBody("Send the body as it is, or with gzip or deflate.")


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise TooLarge(f"The request's body is larger than {LARGEST // MIB} MiB.")
