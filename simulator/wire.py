"""Protobuf and Connect bytes, written and read by hand.

Protobuf: https://protobuf.dev/programming-guides/encoding/
Connect:  https://connectrpc.com/docs/protocol/ (streaming envelopes)
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

COMPRESSED, END = 1, 2
_VARINT, _FIXED64, _LEN, _FIXED32 = 0, 1, 2, 5
_LARGEST_MESSAGE = 32 * 1024 * 1024


class MalformedError(ValueError):
    """The bytes are not what they say they are."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One envelope; `payload` is as sent, so compressed when the flag says so."""

    payload: bytes = b""
    flags: int = 0

    def encode(self) -> bytes:
        return bytes([self.flags]) + len(self.payload).to_bytes(4, "big") + self.payload

    def zipped(self) -> "Frame":
        return Frame(squeeze(self.payload), self.flags | COMPRESSED)

    def message(self) -> bytes:
        return unzip(self.payload) if self.flags & COMPRESSED else self.payload


START = Frame()


def squeeze(message: bytes) -> bytes:
    # Without a time stamp the same message always gives the same bytes.
    return gzip.compress(message, mtime=0)


def unzip(data: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    try:
        message = reader.decompress(data, _LARGEST_MESSAGE)
    except zlib.error as error:
        raise MalformedError(f"bad gzip: {error}") from error
    if not reader.eof or reader.unused_data:
        raise MalformedError("gzip data is cut, too large, or followed by more")
    return message


def split_frames(body: bytes) -> list[Frame]:
    """All envelopes of a body; a cut one is an error."""
    frames, at = list[Frame](), 0
    while at < len(body):
        end = at + 5 + int.from_bytes(body[at + 1 : at + 5], "big")
        if len(body) < at + 5 or len(body) < end:
            raise MalformedError("envelope is cut")
        frames.append(Frame(body[at + 5 : end], body[at]))
        at = end
    return frames


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def number(field: int, value: int) -> bytes:
    return varint(field << 3 | _VARINT) + varint(value)


def block(field: int, value: bytes) -> bytes:
    """A length-delimited field: a message or raw bytes."""
    return varint(field << 3 | _LEN) + varint(len(value)) + value


def text(field: int, value: str) -> bytes:
    return block(field, value.encode())


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers with an int (varint, fixed) or bytes (length-delimited)."""
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        if tag < 8:
            raise MalformedError("field number is zero")
        value, at = _read_value(message, at, tag & 7)
        yield tag >> 3, value


def _read_value(message: bytes, at: int, kind: int) -> tuple[int | bytes, int]:
    if kind == _VARINT:
        return _read_varint(message, at)
    if kind == _LEN:
        size, at = _read_varint(message, at)
        return _take(message, at, size), at + size
    if kind in (_FIXED64, _FIXED32):
        size = 8 if kind == _FIXED64 else 4
        return int.from_bytes(_take(message, at, size), "little"), at + size
    raise MalformedError(f"wire type {kind} is not known")


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = _take(message, at, 1)[0]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise MalformedError("varint is too long")


def _take(message: bytes, at: int, size: int) -> bytes:
    if at + size > len(message):
        raise MalformedError("field is cut")
    return message[at : at + size]
