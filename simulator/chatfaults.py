"""Every way in which a chat stream has been seen to misbehave, frame by frame."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator import trailers, wire
from simulator.chat import Script
from simulator.wire import START, Frame

Options = Mapping[str, object]
_GZIP = 31


def error(name: str) -> Callable[[Script, Options], Script]:
    """The trailer alone, or after `after` texts; `gzip` sends it with flag 3."""

    def change(script: Script, options: Options) -> Script:
        trailer = trailers.sample(str(options.get("trailer", name)))
        trailer = trailer.zipped() if options.get("gzip") else trailer
        after = _whole(options, "after", 0)
        before = _up_to_text(script, after) if after else ()
        return replace(script, frames=(*before, trailer))

    return change


def error_after_text(script: Script, options: Options) -> Script:
    return error("V2")(script, {"after": 5, **options})


def gzip_error(script: Script, options: Options) -> Script:
    return error("V1")(script, {**options, "gzip": True})


def bare_error(script: Script, options: Options) -> Script:
    """A Connect error without details; options `code` and `message`."""
    code, message = options.get("code", "internal"), options.get("message", "Error")
    return replace(script, frames=(trailers.bare(str(code), str(message)),))


def no_end(script: Script, options: Options) -> Script:
    return replace(script, frames=script.frames[:-1])


def no_frames(script: Script, options: Options) -> Script:
    return replace(script, frames=())


def only_end(script: Script, options: Options) -> Script:
    return replace(script, frames=(START, trailers.SUCCESS))


def stall(script: Script, options: Options) -> Script:
    return replace(script, stall_ms=_whole(options, "ms", 60_000))


def pause(script: Script, options: Options) -> Script:
    """A wait before the text number `after`."""
    at = len(_up_to_text(script, _whole(options, "after", 5)))
    return replace(script, pause_at=at, pause_ms=_whole(options, "ms", 60_000))


def one_byte(script: Script, options: Options) -> Script:
    """Writes of `size` bytes: cuts inside headers, messages and letters."""
    return replace(script, write_size=max(1, _whole(options, "size", 1)))


def gzip_text(script: Script, options: Options) -> Script:
    """Every text compressed, the first of them longer than 127 bytes."""
    long = script.text_frame("A long piece of text. " * 12)
    at = len(_up_to_text(script, 0))
    frames = [*script.frames[:at], long, *script.frames[at:]]
    zipped = [f.zipped() if script.is_text(f) or f is long else f for f in frames]
    return replace(script, frames=tuple(zipped))


def gzip_end(script: Script, options: Options) -> Script:
    return replace(script, frames=(*script.frames[:-1], script.frames[-1].zipped()))


def end_metadata(script: Script, options: Options) -> Script:
    return replace(script, frames=(*script.frames[:-1], trailers.with_metadata()))


def unknown_fields(script: Script, options: Options) -> Script:
    """Messages of fields that no schema knows, alone and beside a text."""
    strange = wire.number(900, 7) + wire.block(901, b"\x00\xff") + wire.text(12, "")
    alone = Frame(strange)
    mixed = [
        replace(f, payload=strange + f.payload)
        for f in script.frames
        if script.is_text(f)
    ]
    rest = [f for f in script.frames if not script.is_text(f)]
    return replace(script, frames=(alone, *rest[:-1], *mixed, rest[-1]))


def zero_frames(script: Script, options: Options) -> Script:
    """An empty envelope after each frame but the last."""
    frames = [f for frame in script.frames[:-1] for f in (frame, START, START)]
    return replace(script, frames=(*frames, script.frames[-1]))


def reserved_flag(script: Script, options: Options) -> Script:
    """The first text carries a flag bit that the standard reserves."""
    at = len(_up_to_text(script, 0))
    marked = replace(script.frames[at], flags=_whole(options, "flag", 0x80))
    return _swapped(script, at, marked)


def gzip_bomb(script: Script, options: Options) -> Script:
    """The first text unpacks to `mib` MiB."""
    at = len(_up_to_text(script, 0))
    bomb = Frame(_bomb(_whole(options, "mib", 64)), wire.COMPRESSED)
    return _swapped(script, at, bomb)


def bad_gzip(script: Script, options: Options) -> Script:
    at = len(_up_to_text(script, 0))
    return _swapped(script, at, Frame(b"this is not gzip", wire.COMPRESSED))


def bad_protobuf(script: Script, options: Options) -> Script:
    """The first text says that it is longer than its envelope."""
    at = len(_up_to_text(script, 0))
    return _swapped(script, at, Frame(b"\x0a\x7fHi"))


def huge_frame(script: Script, options: Options) -> Script:
    """A header that promises `mib` MiB; the bytes never come."""
    length = _whole(options, "mib", 2048) * 1024 * 1024
    header = b"\x00" + length.to_bytes(4, "big")
    return replace(script, frames=script.frames[:2], tail=header)


def answer(script: Script, options: Options) -> Script:
    """Says the option `text`, in pieces as always."""
    before = _up_to_text(script, 0)
    texts = script.text_frames(str(options.get("text", "Hi")))
    return replace(script, frames=(*before, *texts, script.frames[-1]))


STREAMS: dict[str, Callable[[Script, Options], Script]] = {
    **{name: error(name) for name in trailers.NAMES},
    "error_first": error("V1"),
    "error_after_text": error_after_text,
    "gzip_error": gzip_error,
    "bare_error": bare_error,
    "no_end": no_end,
    "no_frames": no_frames,
    "only_end": only_end,
    "stall": stall,
    "pause": pause,
    "one_byte": one_byte,
    "gzip_text": gzip_text,
    "gzip_end": gzip_end,
    "end_metadata": end_metadata,
    "unknown_fields": unknown_fields,
    "zero_frames": zero_frames,
    "reserved_flag": reserved_flag,
    "gzip_bomb": gzip_bomb,
    "bad_gzip": bad_gzip,
    "bad_protobuf": bad_protobuf,
    "huge_frame": huge_frame,
    "answer": answer,
}
STREAMS_TOGETHER = {"stall", "pause", "one_byte", "zero_frames", "gzip_end", "answer"}


def _up_to_text(script: Script, texts: int) -> tuple[Frame, ...]:
    """The frames before the text number `texts`, counted from 0."""
    places = [at for at, frame in enumerate(script.frames) if script.is_text(frame)]
    end = places[texts] if texts < len(places) else len(script.frames) - 1
    return script.frames[:end]


def _swapped(script: Script, at: int, frame: Frame) -> Script:
    return replace(
        script, frames=(*script.frames[:at], frame, *script.frames[at + 1 :])
    )


def _bomb(mib: int) -> bytes:
    size = mib * 1024 * 1024
    packer = zlib.compressobj(9, wbits=_GZIP)
    parts = [packer.compress(b"\x0a" + wire.varint(size))]
    parts += [packer.compress(b"a" * 1024 * 1024) for _ in range(mib)]
    return b"".join([*parts, packer.flush()])


def _whole(options: Options, name: str, default: int) -> int:
    value = options.get(name, default)
    return int(value) if isinstance(value, int | float) else default
