"""The unified chat upstream: requests, the answer's frames, usage, the list of models.

Field numbers are the vendor's, read here by hand and not from our .proto.
"""

import json
import uuid
from dataclasses import dataclass

from simulator import chat, trailers, wire
from simulator.chat import Script
from simulator.chatrequest import Fields
from simulator.filling import filled
from simulator.wire import COMPRESSED, START, Frame, MalformedError, split_frames

PATH = "/aiserver.v1.ChatService/StreamUnifiedChatWithTools"
USAGE_PATH = "/aiserver.v1.DashboardService/GetTokenUsage"
MODELS_PATH = "/aiserver.v1.AiService/AvailableModels"
MODELS = ("claude-4-sonnet", "gpt-5", "gpt-4o", "cursor-small")
_RESPONSE, _CALL, _THINKING, _USAGE_UUID = 2, 1, 25, 27
_MCP = 19
_ROLES = {1: "human", 2: "ai"}


@dataclass(frozen=True, slots=True)
class Result:
    call_id: str
    name: str
    arguments: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    text: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    parameters: str
    server: str


@dataclass(frozen=True, slots=True)
class UnifiedRequest:
    model: str
    context: str
    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...]
    mode: int
    is_agentic: bool
    tools_disabled: bool
    thinking_level: int | None
    client_version: str
    bubbles: tuple[str, ...]


def parse(body: bytes) -> UnifiedRequest:
    """Raises MalformedError."""
    frames = split_frames(body)
    if len(frames) != 1 or frames[0].flags & ~COMPRESSED:
        raise MalformedError("expected one envelope")
    inner = Fields(frames[0].message()).message(1)
    return UnifiedRequest(
        model=inner.message(5).text(1),
        context=inner.message(3).text(1),
        turns=tuple(_turn(Fields(block)) for block in inner.blocks(1)),
        tools=tuple(_tool(Fields(block)) for block in inner.blocks(34)),
        mode=inner.number(46) or 0,
        is_agentic=bool(inner.number(27)),
        tools_disabled=bool(inner.number(48)),
        thinking_level=inner.number(49),
        client_version=inner.message(26).text(7),
        bubbles=tuple(Fields(block).text(1) for block in inner.blocks(30)),
    )


def _turn(turn: Fields) -> Turn:
    results = tuple(_result(Fields(block)) for block in turn.blocks(18))
    return Turn(_ROLES.get(turn.number(2) or 0, "unspecified"), turn.text(1), results)


def _result(result: Fields) -> Result:
    told = result.message(8)
    if told.number(1) != _MCP or told.text(35) != result.text(1):
        raise MalformedError("a tool result contradicts itself")
    text = told.message(28).text(2)
    return Result(result.text(1), result.text(2), result.text(5), text)


def _tool(tool: Fields) -> Tool:
    return Tool(tool.text(1), tool.text(2), tool.text(3), tool.text(4))


def script(request: UnifiedRequest, usage_uuid: str) -> Script:
    """Thinks first, then calls each tool that it has no result of, else speaks."""
    shell = Script((), outer=_RESPONSE)
    thoughts = [
        _response(wire.block(_THINKING, wire.text(1, piece)))
        for piece in ("Let me", " think.")
    ]
    last = request.turns[-1] if request.turns else Turn("human", "", ())
    if request.tools and not request.tools_disabled and not last.results:
        spoken = _calls(request.tools)
    elif last.results:
        told = "; ".join(f"{one.name} gave {one.text}" for one in last.results)
        spoken = shell.text_frames(f"I have read it: {told}.")
    else:
        spoken = shell.text_frames(chat.answer(request.model, _said(request)))
    end = _response(wire.text(_USAGE_UUID, usage_uuid))
    frames = (START, *thoughts, *spoken, end, trailers.SUCCESS)
    return Script(frames, outer=_RESPONSE)


def _said(request: UnifiedRequest) -> str:
    said = [turn.text for turn in request.turns if turn.role == "human"]
    return said[-1] if said else ""


def _response(message: bytes) -> Frame:
    return Frame(wire.block(_RESPONSE, message))


def _calls(tools: tuple[Tool, ...]) -> list[Frame]:
    frames: list[Frame] = []
    for index, tool in enumerate(tools):
        schema = json.loads(tool.parameters or "{}")
        arguments = json.dumps(filled(schema))
        call_id = f"toolu_{index}\nmc_{uuid.uuid5(uuid.NAMESPACE_DNS, tool.name)}"
        name = f"mcp_{tool.server}_{tool.name}"
        cuts = [*range(0, len(arguments), 6)]
        frames += [_call(index, call_id, name, arguments[:cut], True) for cut in cuts]
        frames.append(_call(index, call_id, name, arguments, False))
    return frames


def _call(index: int, call_id: str, name: str, arguments: str, more: bool) -> Frame:
    """The arguments are told from their beginning each time."""
    message = wire.number(1, _MCP) + wire.text(3, call_id) + wire.text(9, name)
    message += wire.text(10, arguments) + wire.number(48, index)
    message += wire.number(14, 1) if more else wire.number(15, 1)
    return Frame(wire.block(_CALL, message))


def models() -> bytes:
    rows = [wire.text(1, name) for name in MODELS]
    named = [wire.block(2, wire.text(1, name) + wire.number(2, 1)) for name in MODELS]
    return b"".join(rows + named)


def usage(prompt_tokens: int, completion_tokens: int) -> bytes:
    return wire.number(1, prompt_tokens) + wire.number(2, completion_tokens)
