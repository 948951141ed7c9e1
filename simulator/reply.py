"""An HTTP answer as a plan: what is written, when, and how the connection ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes of one write; the pause comes before it."""

    data: bytes
    pause_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """With `cut` the connection is closed after the writes, without an end.

    `cut` and no status at all: closed before a single byte of an answer;
    `is_reset` as well: not even closed in order.
    `wait_ms` comes before the headers.
    """

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    writes: tuple[Write, ...] = ()
    cut: bool = False
    is_reset: bool = False
    wait_ms: float = 0.0
    early_headers: bool = False

    def body(self) -> bytes:
        return b"".join(write.data for write in self.writes)


def whole(
    status: int, kind: str, body: bytes, headers: Mapping[str, str] | None = None
) -> Reply:
    length = {"content-type": kind, "content-length": str(len(body))}
    return Reply(status, {**length, **(headers or {})}, (Write(body),))


def as_json(
    status: int, payload: object, headers: Mapping[str, str] | None = None
) -> Reply:
    return whole(status, "application/json", encode(payload), headers)


def encode(payload: object) -> bytes:
    return _encoder.encode(payload)


# Decimals go out as JSON numbers with all their digits: sums stay exact.
_encoder = msgspec.json.Encoder(decimal_format="number")
