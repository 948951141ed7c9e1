"""Connect's streaming envelopes: bytes in, messages out. No I/O, no protobuf.

An envelope is one byte of flags, four bytes of big-endian length, and the payload.
Flag bit 0: the payload is gzip. Bit 1: it is the end of the stream, in JSON. The
other six bits are reserved. https://connectrpc.com/docs/protocol#streaming-rpcs
"""

import base64
import binascii
import struct
import zlib
from dataclasses import dataclass, field

import msgspec

from proxy.upstream.errors import BadEnvelope, CutStream, UpstreamError

MIB = 1024 * 1024
HEADER = struct.Struct(">BI")
COMPRESSED = 0b01
END_OF_STREAM = 0b10
KNOWN_FLAGS = COMPRESSED | END_OF_STREAM


@dataclass(frozen=True, slots=True)
class Message:
    """One decompressed message; empty ones occur and are no error."""

    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Detail:
    """One typed detail of an error: a protobuf message as bytes."""

    type: str
    value: bytes


@dataclass(frozen=True, slots=True)
class ConnectError:
    """The error of an end envelope, or of a unary answer's JSON body."""

    code: str
    message: str
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class EndOfStream:
    """The last envelope; `error` is None when all went well."""

    error: ConnectError | None


@dataclass(frozen=True, slots=True)
class Broken:
    """The stream cannot be read further; always the last item."""

    error: UpstreamError


Item = Message | EndOfStream | Broken


def envelope(payload: bytes) -> bytes:
    """The one uncompressed envelope that a request body is."""
    return HEADER.pack(0, len(payload)) + payload


class EnvelopeDecoder:
    """Takes bytes in pieces of any size; gives what is complete.

    A fault is an item and not an exception, so that whatever was read before it in
    the same piece is not lost. After `EndOfStream` or `Broken` nothing follows, but
    for `Broken` when bytes come after the end. `max_bytes` limits a payload both as
    it arrives and decompressed.
    """

    def __init__(self, *, encoding: str = "gzip", max_bytes: int = 4 * MIB) -> None:
        self._buffer = bytearray()
        self._encoding = encoding
        self._max_bytes = max_bytes
        self._ended = False
        self._broken = False

    def decode(self, piece: bytes) -> list[Item]:
        if self._broken:
            return []
        self._buffer += piece
        items: list[Item] = []
        try:
            while (item := self._next_item()) is not None:
                items.append(item)
        except BadEnvelope as error:
            self._broken = True
            items.append(Broken(error))
        return items

    def flush(self) -> list[Item]:
        """Call once when the body ends; a missing end envelope is a cut stream."""
        if self._ended or self._broken:
            return []
        self._broken = True
        return [Broken(CutStream("The upstream stopped before the answer's end."))]

    def _next_item(self) -> Message | EndOfStream | None:
        if len(self._buffer) < (1 if self._ended else HEADER.size):
            return None
        if self._ended:
            raise BadEnvelope("The upstream sent bytes after the end of the stream.")
        flags, length = HEADER.unpack_from(self._buffer)
        self._check(flags, length)
        if len(self._buffer) < HEADER.size + length:
            return None
        payload = bytes(self._buffer[HEADER.size : HEADER.size + length])
        del self._buffer[: HEADER.size + length]
        return self._item(flags, payload)

    def _check(self, flags: int, length: int) -> None:
        if flags & ~KNOWN_FLAGS:
            raise BadEnvelope(f"The upstream set a reserved flag (0x{flags:02x}).")
        if length > self._max_bytes:
            raise BadEnvelope(f"The upstream announced a message of {length} bytes.")
        if flags & COMPRESSED and self._encoding != "gzip":
            raise BadEnvelope("The upstream compressed with a method we do not have.")

    def _item(self, flags: int, payload: bytes) -> Message | EndOfStream:
        if flags & COMPRESSED and payload:
            payload = gunzip(payload, self._max_bytes)
        if flags & END_OF_STREAM:
            self._ended = True
            return EndOfStream(parse_end(payload))
        return Message(payload)


def gunzip(payload: bytes, max_bytes: int) -> bytes:
    """Decompress one message, stopping as soon as it grows past `max_bytes`."""
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unzip.decompress(payload, max_bytes + 1)
    except zlib.error as error:
        raise BadEnvelope("The upstream sent a message that is not gzip.") from error
    if len(plain) > max_bytes:
        raise BadEnvelope("The upstream sent a message that unpacks too large.")
    if not unzip.eof or unzip.unused_data:
        raise BadEnvelope("The upstream sent a gzip message of the wrong length.")
    return plain


def parse_end(payload: bytes) -> ConnectError | None:
    """Read the end envelope's JSON: None is success, with or without metadata."""
    body = _json_object(payload)
    if body is None:
        raise BadEnvelope("The upstream ended the stream with unreadable JSON.")
    error = body.get("error")
    if error is None:
        return None
    if not isinstance(error, dict):
        raise BadEnvelope("The upstream ended the stream with an unreadable error.")
    return _connect_error(error)


def parse_unary_error(payload: bytes) -> ConnectError | None:
    """Read the bare error object of a non-200 answer; None if it is none."""
    body = _json_object(payload)
    if body is None or not isinstance(body.get("code"), str):
        return None
    return _connect_error(body)


def _json_object(payload: bytes) -> dict[str, object] | None:
    try:
        body = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _connect_error(body: dict[str, object]) -> ConnectError:
    details = body.get("details")
    found = map(_detail, details) if isinstance(details, list) else ()
    return ConnectError(
        code=_text(body.get("code")) or "unknown",
        message=_text(body.get("message")),
        details=tuple(detail for detail in found if detail is not None),
    )


def _detail(body: object) -> Detail | None:
    if not isinstance(body, dict):
        return None
    value = unpadded_base64(_text(body.get("value")))
    return None if value is None else Detail(_text(body.get("type")), value)


def unpadded_base64(text: str) -> bytes | None:
    """Connect leaves the padding out; readers must take it with padding too."""
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
