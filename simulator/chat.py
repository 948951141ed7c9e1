"""The StreamChat upstream: checks, the answer's frames, and how they are cut up."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random

from simulator import trailers, wire
from simulator.chatrequest import ChatRequest, parse
from simulator.reply import Reply, Write, whole
from simulator.wire import START, Frame, MalformedError

PATH = "/aiserver.v1.AiService/StreamChat"
HEADERS = {
    "content-type": "application/connect+proto",
    "connect-content-encoding": "gzip",
}
_TEXT, _PROMPT_ECHO = 1, 5
_CHECKSUM = re.compile(r"[A-Za-z0-9+/_-]{8}[0-9a-fA-F]{64}(/[0-9a-fA-F]{64})?")
_PIECE = re.compile(r"\s*\S{1,6}")


@dataclass(frozen=True, slots=True)
class Script:
    """The frames of a stream, before they are cut into writes.

    `write_size` cuts the bytes evenly; without it whole frames are written,
    now and then joined or split. `pause_at` is a frame's position. `tail` is
    written as it is after the last frame. `outer` is the field that texts stand in,
    where they are not a message's own.
    """

    frames: tuple[Frame, ...]
    outer: int | None = None
    stall_ms: float = 0.0
    pause_at: int | None = None
    pause_ms: float = 0.0
    write_size: int | None = None
    tail: bytes = b""

    def text_frame(self, text: str) -> Frame:
        message = wire.text(_TEXT, text)
        return Frame(wire.block(self.outer, message) if self.outer else message)

    def text_frames(self, text: str) -> list[Frame]:
        return [self.text_frame(piece) for piece in pieces(text)]

    def is_text(self, frame: Frame) -> bool:
        tag = bytes([self.outer << 3 | 2]) if self.outer else b"\x0a"
        is_own = self.outer is None or frame.payload[2:3] == b"\x0a"
        return frame.flags == 0 and frame.payload[:1] == tag and is_own


def refusal(
    headers: Mapping[str, str], known_tokens: Collection[str]
) -> Reply | Script | None:
    """What stops a request before its body is looked at."""
    if not headers.get("content-type", "").startswith("application/connect+"):
        return whole(415, "text/plain", b"", {"accept-post": HEADERS["content-type"]})
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token.strip() not in known_tokens:
        return Script((trailers.sample("V1"),))
    if not _CHECKSUM.fullmatch(headers.get("x-cursor-checksum", "")):
        return Script((trailers.sample("V2"),))
    return None


def read(body: bytes, headers: Mapping[str, str]) -> ChatRequest | Script:
    """The request, or the stream that says why it cannot be read."""
    try:
        return parse(body, headers.get("connect-content-encoding"))
    except MalformedError as error:
        return Script((trailers.bare("invalid_argument", str(error)),))


def script(request: ChatRequest) -> Script:
    echo = Frame(wire.text(_PROMPT_ECHO, _prompt(request))).zipped()
    texts = Script(()).text_frames(answer(request.model, request.last_user_text))
    return Script((echo, START, *texts, trailers.SUCCESS))


def pieces(text: str) -> list[str]:
    """Pieces of a few letters each; never cut inside a letter."""
    end = len(text.rstrip())
    return [piece for piece in [*_PIECE.findall(text), text[end:]] if piece]


def reply(script: Script, delay_ms: float) -> Reply:
    """Deterministic: the same frames are always cut in the same places."""
    cut = _even if script.write_size else _mixed
    stall = Write(b"", script.stall_ms)
    writes = (stall, *cut(script, delay_ms))
    return Reply(200, HEADERS, writes, early_headers=True)


def _even(script: Script, delay_ms: float) -> list[Write]:
    data = b"".join(frame.encode() for frame in script.frames) + script.tail
    size = script.write_size or len(data)
    pause = min(delay_ms, 1.0)
    return [Write(data[at : at + size], pause) for at in range(0, len(data), size)]


def _mixed(script: Script, delay_ms: float) -> list[Write]:
    rng = Random(len(script.frames))
    writes, held = list[Write](), b""
    for at, frame in enumerate(script.frames):
        pause = delay_ms + (script.pause_ms if at == script.pause_at else 0)
        data, roll = held + frame.encode(), rng.random()
        held = b""
        last = at + 1 == len(script.frames)
        if roll < 0.15 and not last and script.pause_at not in (at, at + 1):
            held = data
        elif roll < 0.3 and len(data) > 1:
            middle = rng.randrange(1, len(data))
            writes += [Write(data[:middle], pause), Write(data[middle:], delay_ms)]
        else:
            writes.append(Write(data, pause))
    return [*writes, Write(script.tail)] if script.tail else writes


def _prompt(request: ChatRequest) -> str:
    own = "You are an intelligent programmer, powered by " + (
        request.model or "a model"
    )
    blocks = [_block("SYSTEM", own)]
    blocks += [_block("USER", request.context)] if request.context else []
    for message in request.messages:
        role = "ASSISTANT" if message.role == "ai" else "USER"
        blocks.append(_block(role, message.text))
    return "\n".join(blocks)


def _block(role: str, text: str) -> str:
    return f"<|BEGIN_{role}|>\n{text}\n<|END_{role}|>"


def answer(model: str, last_user_text: str) -> str:
    said = " ".join(last_user_text.split())
    quote = f"{said[:80]}…" if len(said) > 80 else said
    heard = f"Your last message begins: “{quote}”" if quote else "You said nothing yet"
    return (
        f"Hello from the simulator 👋 No model was asked, so nothing was spent.\n\n"
        f"You chose **{model or 'no model'}**. {heard}.\n\n"
        "These words travel the same way as real ones: as many small pieces, each in "
        "an envelope of its own — some joined, some cut in two, naïve readers beware. "
        "If you can read this sentence to its end, the whole path works. ✓"
    )
