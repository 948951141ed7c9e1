"""The `x-cursor-checksum` header: a time stamp, then the ids of a machine.

`<8 characters><64 hex machine id>`, optionally `/<64 hex mac id>`. The eight
characters are the time in steps of 1000 s, so they are stamped anew for each request;
the ids stay with their token, because the vendor counts machines per account.
"""

import base64
import re
import secrets
from dataclasses import dataclass

STEP = 1000
SEED = 165
_SHAPE = re.compile(
    r"(?:[A-Za-z0-9+/_-]{8})?([0-9a-fA-F]{64})(?:/([0-9a-fA-F]{64}))?", re.ASCII
)


class BadChecksum(ValueError):
    """A text that is no checksum; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class MachineIds:
    """`mac` is empty for the older form with one id."""

    machine: str
    mac: str = ""


def new_ids() -> MachineIds:
    return MachineIds(secrets.token_hex(32), secrets.token_hex(32))


def stamp(ids: MachineIds, unix_seconds: float) -> str:
    """The header's value at this moment."""
    tail = f"/{ids.mac}" if ids.mac else ""
    return prefix(unix_seconds) + ids.machine + tail


def parse(text: str) -> MachineIds:
    """Read the ids; the time in front may be stale or missing. Raises BadChecksum."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise BadChecksum(
            "the checksum is not 8 characters, 64 hex digits, a slash and 64 hex digits"
        )
    return MachineIds(found[1].lower(), (found[2] or "").lower())


def prefix(unix_seconds: float) -> str:
    return base64.b64encode(obfuscate(clock(int(unix_seconds) // STEP))).decode()


def clock(steps: int) -> bytes:
    """Six bytes as the editor makes them.

    JavaScript shifts by the count modulo 32, so `>> 40` and `>> 32` give what `>> 8`
    and `>> 0` give. A plain 48-bit number would be told apart from the editor's.
    """
    return bytes(steps >> shift & 255 for shift in (8, 0, 24, 16, 8, 0))


def obfuscate(plain: bytes) -> bytes:
    before, out = SEED, bytearray()
    for index, byte in enumerate(plain):
        before = (byte ^ before) + index & 255
        out.append(before)
    return bytes(out)
