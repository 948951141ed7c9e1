"""What the unified chat can do wrong on top of any chat: its tool calls, its end."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator import trailers, wire
from simulator.chat import Script
from simulator.wire import Frame

Options = Mapping[str, object]
_CALL_TAG = b"\x0a"


def call_cut(script: Script, options: Options) -> Script:
    """Ends well in the middle of a tool call."""
    frames = [frame for frame in script.frames if _is_call(frame)]
    return replace(script, frames=(*frames[:2], trailers.SUCCESS))


def foreign_call(script: Script, options: Options) -> Script:
    """Calls a tool that nobody offered."""
    message = wire.number(1, 5) + wire.text(3, "t1") + wire.text(9, "read_file")
    call = Frame(wire.block(1, message + wire.text(10, "{}")))
    return replace(script, frames=(call, trailers.SUCCESS))


def call_rewritten(script: Script, options: Options) -> Script:
    """Takes back arguments that it had told."""
    frames = list(script.frames)
    at = [place for place, frame in enumerate(frames) if _is_call(frame)][2]
    changed = frames[at].payload.replace(b"{", b"[")
    frames[at] = replace(frames[at], payload=changed)
    return replace(script, frames=tuple(frames))


def aborted(script: Script, options: Options) -> Script:
    """Ends as the vendor does when nobody answers its tool calls; `after` texts."""
    end = trailers.numbered(21, "User aborted request.")
    return replace(script, frames=(*script.frames[:-1], end))


def aborted_first(script: Script, options: Options) -> Script:
    return replace(script, frames=(trailers.numbered(21, "User aborted request."),))


CALLS: dict[str, Callable[[Script, Options], Script]] = {
    "call_cut": call_cut,
    "foreign_call": foreign_call,
    "call_rewritten": call_rewritten,
    "aborted": aborted,
    "aborted_first": aborted_first,
}


def _is_call(frame: Frame) -> bool:
    return frame.flags == 0 and frame.payload[:1] == _CALL_TAG
