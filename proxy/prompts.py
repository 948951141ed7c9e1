"""From a chat request to the prompt of an upstream, as far as its kind can.

What would change the answer and a kind does not have is refused by name, because a
silent omission is worse.
"""

from dataclasses import dataclass
from typing import Any, cast

import msgspec

from proxy.errors import BadField
from proxy.schemas import MISSING, TYPE, VALUE, Body, ChatRequest, integer
from proxy.upstream.vocabulary import Message, Prompt, Role, Tool, ToolCall

UNSUPPORTED = "unsupported_parameter"


@dataclass(frozen=True, slots=True)
class Abilities:
    """`everything`: the request is passed on as it came, whatever it asks for."""

    tools: bool = False
    everything: bool = False


def prompt(asked: ChatRequest, model: str, abilities: Abilities) -> Prompt:
    """Raises BadField with what this kind lacks. `model` is its name there."""
    if abilities.everything:
        texts = tuple(_loosely(message) for message in _messages(asked.body))
        return Prompt(model, texts, raw=asked.raw, stream=asked.stream)
    _refuse_lacking(asked.body)
    tools = _tools(asked.body, abilities)
    messages = tuple(
        _message(f"messages[{index}]", message, abilities)
        for index, message in enumerate(_messages(asked.body))
    )
    _check_results(messages)
    effort = asked.body.get("reasoning_effort")
    return Prompt(
        model, messages, tools, effort=effort if isinstance(effort, str) else ""
    )


def _check_results(messages: tuple[Message, ...]) -> None:
    called: set[str] = set()
    for index, message in enumerate(messages):
        called |= {call.id for call in message.tool_calls}
        if message.role == "tool" and message.tool_call_id not in called:
            at = f"messages[{index}].tool_call_id"
            raise BadField(at, VALUE, f"`{at}` answers no tool call before it.")


def _messages(body: Body) -> list[Any]:
    return cast(list[Any], body["messages"])


def _loosely(message: Body) -> Message:
    """The texts alone, for the count of tokens where the upstream tells none."""
    content = message.get("content")
    if isinstance(content, list):
        content = "\n".join(
            part["text"] for part in content if isinstance(part.get("text"), str)
        )
    return Message("user", content if isinstance(content, str) else "")


def _message(at: str, message: Body, abilities: Abilities) -> Message:
    role = str(message["role"])
    if role == "function" or (role == "tool" and not abilities.tools):
        raise BadField(f"{at}.role", UNSUPPORTED, "Tools are not supported here.")
    calls = message.get("tool_calls")
    if message.get("function_call") or (calls and not abilities.tools):
        name = "tool_calls" if calls else "function_call"
        said = "Tool calls of this form are not supported here."
        raise BadField(f"{at}.{name}", UNSUPPORTED, said)
    return Message(
        cast(Role, role),
        _content(f"{at}.content", message),
        _tool_calls(f"{at}.tool_calls", calls),
        _tool_call_id(at, message) if role == "tool" else "",
    )


def _content(at: str, message: Body) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        refusal = message.get("refusal")
        return refusal if isinstance(refusal, str) else ""
    parts = enumerate(content)
    return "\n".join(_part(f"{at}[{index}]", part) for index, part in parts)


def _part(at: str, part: Body) -> str:
    kind = part.get("type")
    if kind not in ("text", "refusal"):
        shown = f"of type `{kind}`" if isinstance(kind, str) else "without a type"
        raise BadField(
            f"{at}.type",
            "unsupported_content",
            f"Only text can be sent to this backend, not a part {shown[:40]}.",
        )
    return _text(part, str(kind), at)


def _tool_calls(at: str, calls: object) -> tuple[ToolCall, ...]:
    if not calls:
        return ()
    if not isinstance(calls, list):
        raise BadField(at, TYPE, f"`{at}` must be an array.")
    return tuple(_tool_call(f"{at}[{n}]", call) for n, call in enumerate(calls))


def _tool_call(at: str, call: object) -> ToolCall:
    call = _object(call, at)
    function = _object(call.get("function"), f"{at}.function")
    name = _text(function, "name", f"{at}.function")
    arguments = _text(function, "arguments", f"{at}.function")
    return ToolCall(_text(call, "id", at), name, arguments)


def _tool_call_id(at: str, message: Body) -> str:
    return _text(message, "tool_call_id", at)


def _tools(body: Body, abilities: Abilities) -> tuple[Tool, ...]:
    # A caller who says that no tool is to be called loses nothing without them.
    wanted = body.get("tools") if body.get("tool_choice") != "none" else None
    if body.get("functions") and body.get("function_call") != "none":
        raise _lacking("functions", "`functions` are")
    if not wanted:
        return ()
    if not abilities.tools:
        raise _lacking("tools", "Tools are")
    if body.get("tool_choice") not in (None, "auto"):
        raise _lacking("tool_choice", "Only the tool choices `auto` and `none` are", "")
    if not isinstance(wanted, list):
        raise BadField("tools", TYPE, "`tools` must be an array.")
    return tuple(_tool(f"tools[{n}]", tool) for n, tool in enumerate(wanted))


def _tool(at: str, tool: object) -> Tool:
    tool = _object(tool, at)
    if tool.get("type") != "function":
        raise _lacking(f"{at}.type", "Only tools of type `function` are", "")
    function = _object(tool.get("function"), f"{at}.function")
    schema = function.get("parameters") or {"type": "object", "properties": {}}
    return Tool(
        name=_text(function, "name", f"{at}.function"),
        description=str(function.get("description") or ""),
        parameters=msgspec.json.encode(schema).decode(),
    )


def _refuse_lacking(body: Body) -> None:
    wanted = body.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type", "text") != "text":
        raise _lacking("response_format", "Only the response format `text` is", "")
    modalities = body.get("modalities")
    if isinstance(modalities, list) and "audio" in modalities:
        raise _lacking("modalities", "Audio is")
    if integer(body, "n") > 1:
        raise _lacking("n", "More than one choice is")
    if body.get("logprobs"):
        raise _lacking("logprobs", "Log probabilities are")


def _object(value: object, at: str) -> Body:
    if not isinstance(value, dict):
        code = MISSING if value is None else TYPE
        raise BadField(at, code, f"`{at}` must be an object.")
    return value


def _text(body: Body, name: str, at: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        code = MISSING if value is None else TYPE
        raise BadField(f"{at}.{name}", code, f"`{at}.{name}` must be a string.")
    return value


def _lacking(name: str, what: str, no: str = "not ") -> BadField:
    return BadField(name, UNSUPPORTED, f"{what} {no}supported by this backend.")
