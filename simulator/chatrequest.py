"""A StreamChat request, read tolerantly: unknown fields never matter.

The fields that clients of several generations send are read; none is required.
"""

from dataclasses import dataclass

from simulator.wire import COMPRESSED, MalformedError, fields, split_frames

_ROLES = {1: "human", 2: "ai"}


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    text: str
    bubble_id: str
    images: int


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """`compressed` is whether the envelope came with gzip."""

    model: str
    context: str
    messages: tuple[Message, ...]
    request_id: str
    conversation_id: str
    workspace: str | None
    slow_pool: bool
    long_context: bool | None
    compressed: bool

    @property
    def last_user_text(self) -> str:
        said = [m.text for m in self.messages if m.role == "human"]
        return said[-1] if said else ""


class Fields:
    """A message's fields by number; the last one wins, as protobuf says."""

    def __init__(self, message: bytes) -> None:
        self._all = list(fields(message))

    def blocks(self, field: int) -> list[bytes]:
        found = [value for number, value in self._all if number == field]
        if any(isinstance(value, int) for value in found):
            raise MalformedError(f"field {field} is not length-delimited")
        return [value for value in found if isinstance(value, bytes)]

    def message(self, field: int) -> "Fields":
        return Fields(b"".join(self.blocks(field)))

    def text(self, field: int) -> str:
        found = self.blocks(field)
        try:
            return found[-1].decode() if found else ""
        except UnicodeDecodeError as error:
            raise MalformedError(f"field {field} is not UTF-8") from error

    def number(self, field: int) -> int | None:
        found = [value for number, value in self._all if number == field]
        if found and not isinstance(found[-1], int):
            raise MalformedError(f"field {field} is not a number")
        return found[-1] if found and isinstance(found[-1], int) else None

    def has(self, field: int) -> bool:
        return any(number == field for number, _ in self._all)


def parse(body: bytes, encoding: str | None) -> ChatRequest:
    """Raises MalformedError. `encoding` is the connect-content-encoding header."""
    frames = split_frames(body)
    if len(frames) != 1:
        raise MalformedError(f"expected one envelope, got {len(frames)}")
    frame = frames[0]
    if frame.flags & ~COMPRESSED:
        raise MalformedError(f"request flags {frame.flags:#04x} are not allowed")
    if frame.flags and encoding != "gzip":
        raise MalformedError("a compressed envelope needs connect-content-encoding")
    return _request(Fields(frame.message()), bool(frame.flags))


def _request(request: Fields, compressed: bool) -> ChatRequest:
    details = request.message(7)
    long_context = request.number(22)
    return ChatRequest(
        model=details.text(1),
        context=request.message(4).text(1),
        messages=tuple(_message(Fields(block)) for block in request.blocks(2)),
        request_id=request.text(9),
        conversation_id=request.text(15),
        workspace=request.text(5) if request.has(5) else None,
        slow_pool=bool(details.number(5)),
        long_context=None if long_context is None else bool(long_context),
        compressed=compressed,
    )


def _message(message: Fields) -> Message:
    return Message(
        role=_ROLES.get(message.number(2) or 0, "unspecified"),
        text=message.text(1),
        bubble_id=message.text(13),
        images=len(message.blocks(10)),
    )
