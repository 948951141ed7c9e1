"""An OpenAI-compatible server's answers: checks, one object, or the events of a stream.

https://platform.openai.com/docs/api-reference/chat
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.filling import filled
from simulator.reply import Reply, as_json

Json = dict[str, object]
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4", "gpt-3.5-turbo", "o1", "house/llama:70b")
CREATED = 1_722_470_400
_PIECE = re.compile(r"\s*\S{1,6}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as far as the answer depends on it."""

    model: str
    choices: int
    stream: bool
    usage: bool
    logprobs: bool
    last: str
    calls: tuple[tuple[str, str], ...] = ()
    is_legacy_call: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Events:
    """A stream before it is cut into writes: the data of its events.

    `line_end` and `comments` are how they are written, `ends` how the connection
    does: `clean`, `abort` or `reset`.
    """

    data: tuple[str, ...]
    line_end: str = "\n"
    comments: bool = False
    blank_end: bool = True
    ends: str = "clean"
    size: int | None = None
    pause_at: int | None = None
    pause_ms: float = 0.0
    stall_ms: float = 0.0
    tail: bytes = field(default=b"", repr=False)


def refusal(headers: Mapping[str, str], known: Collection[str]) -> Reply | None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip() in known:
        return None
    shown = f"{key[:6]}***{key[-4:]}"
    return error(
        401,
        f"Incorrect API key provided: {shown}. Find yours in your account org-123.",
        "invalid_request_error",
        code="invalid_api_key",
    )


def error(
    status: int,
    message: str,
    kind: str,
    *,
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    told = {"message": message, "type": kind, "param": param, "code": code}
    return as_json(status, {"error": told}, headers)


def models() -> Reply:
    rows = [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "simulator"}
        for name in MODELS
    ]
    return as_json(200, {"object": "list", "data": rows})


def read(body: bytes) -> Asked | Reply:
    """What is asked, or the refusal; as strict as the original where it is known."""
    try:
        return _read(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError) as broken:
        return error(400, f"Cannot read it: {broken!r}", "invalid_request_error")


def _read(asked: dict[str, Any]) -> Asked | Reply:
    messages, model = asked["messages"], asked["model"]
    if model not in MODELS:
        return error(
            404,
            f"The model `{model}` does not exist or you do not have access to it.",
            "invalid_request_error",
            code="model_not_found",
        )
    stream, options = bool(asked.get("stream")), asked.get("stream_options")
    if options is not None and not stream:
        said = (
            "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        )
        return error(400, said, "invalid_request_error", param="stream_options")
    return Asked(
        model=f"{model}-2024-08-06",
        choices=int(asked.get("n") or 1),
        stream=stream,
        usage=bool((options or {}).get("include_usage")),
        logprobs=bool(asked.get("logprobs")),
        last=_text(messages[-1].get("content")),
        calls=_calls(asked),
        is_legacy_call=bool(asked.get("functions")),
        text=_formatted(asked),
    )


def _text(content: object) -> str:
    if isinstance(content, list):
        return " ".join(str(part.get("text", part.get("type"))) for part in content)
    return str(content or "")


def _calls(asked: Json) -> tuple[tuple[str, str], ...]:
    """Every tool that may be called is, once; a tool's own answer ends that."""
    messages = asked.get("messages")
    last = messages[-1].get("role") if isinstance(messages, list) else ""
    choice = asked.get("tool_choice", asked.get("function_call", "auto"))
    if last in ("tool", "function") or choice == "none":
        return ()
    functions = [
        _object(tool.get("function", tool))
        for tool in _objects(asked.get("tools") or asked.get("functions"))
    ]
    if isinstance(choice, dict):
        wanted = _object(choice.get("function", choice)).get("name")
        functions = [one for one in functions if one.get("name") == wanted]
    return tuple(
        (str(one["name"]), json.dumps(filled(_object(one.get("parameters")))))
        for one in functions
        if "name" in one
    )


def _formatted(asked: Json) -> str:
    wanted = _object(asked.get("response_format"))
    if wanted.get("type") == "json_schema":
        named = _object(wanted.get("json_schema"))
        return json.dumps(filled(_object(named.get("schema"))))
    return '{"hello": "simulator"}' if wanted.get("type") == "json_object" else ""


def _object(value: object) -> dict[str, Any]:
    """What cannot be read does no harm here: it is not this server that is tested."""
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return (
        [one for one in value if isinstance(one, dict)]
        if isinstance(value, list)
        else []
    )


def answer(asked: Asked) -> str:
    if asked.text:
        return asked.text
    return f"Hello from the OpenAI side 👋 You said: “{asked.last[:80]}”. ✓"


def usage(asked: Asked) -> Json:
    """The same request always costs the same."""
    prompt, completion = 7 + len(asked.last.split()), asked.choices * 12
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 3, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }


def whole(asked: Asked) -> Json:
    return {
        "id": "chatcmpl-upstream",
        "object": "chat.completion",
        "created": CREATED,
        "model": asked.model,
        "choices": [_choice(asked, index) for index in range(asked.choices)],
        "usage": usage(asked),
        "system_fingerprint": "fp_simulator",
        "service_tier": "default",
    }


def _choice(asked: Asked, index: int) -> Json:
    message: Json = {"role": "assistant", "content": answer(asked), "refusal": None}
    reason = "stop"
    if asked.calls:
        message["content"] = None
        reason = "function_call" if asked.is_legacy_call else "tool_calls"
        message |= _called(asked)
    return {
        "index": index,
        "message": message,
        "logprobs": _logprobs(asked, "Hello"),
        "finish_reason": reason,
    }


def _called(asked: Asked) -> Json:
    functions = [{"name": name, "arguments": text} for name, text in asked.calls]
    if asked.is_legacy_call:
        return {"function_call": functions[0]}
    calls = [
        {"id": f"call_{number}", "type": "function", "function": function}
        for number, function in enumerate(functions)
    ]
    return {"tool_calls": calls}


def _logprobs(asked: Asked, token: str) -> Json | None:
    if not asked.logprobs:
        return None
    return {
        "content": [
            {"token": token, "logprob": -0.1, "bytes": None, "top_logprobs": []}
        ],
        "refusal": None,
    }


def stream(asked: Asked) -> Events:
    chunks = [_chunk(asked, [_delta(asked, i, _role())]) for i in range(asked.choices)]
    for delta in _deltas(asked):
        chunks += [
            _chunk(asked, [_delta(asked, index, delta)])
            for index in range(asked.choices)
        ]
    reason = "tool_calls" if asked.calls else "stop"
    if asked.is_legacy_call and asked.calls:
        reason = "function_call"
    chunks += [
        _chunk(asked, [{**_delta(asked, index, {}), "finish_reason": reason}])
        for index in range(asked.choices)
    ]
    if asked.usage:
        chunks = [{**chunk, "usage": None} for chunk in chunks]
        chunks.append({**_chunk(asked, []), "usage": usage(asked)})
    return Events((*(json.dumps(chunk) for chunk in chunks), "[DONE]"))


def _role() -> Json:
    return {"role": "assistant", "content": ""}


def _deltas(asked: Asked) -> list[Json]:
    if not asked.calls:
        return [{"content": piece} for piece in _PIECE.findall(answer(asked))]
    if asked.is_legacy_call:
        name, arguments = asked.calls[0]
        return [{"function_call": {"name": name, "arguments": arguments}}]
    deltas: list[Json] = []
    for index, (name, arguments) in enumerate(asked.calls):
        call: Json = {"index": index, "id": f"call_{index}", "type": "function"}
        begun = call | {"function": {"name": name, "arguments": ""}}
        pieces = [arguments[at : at + 5] for at in range(0, len(arguments), 5)]
        rest = [{"index": index, "function": {"arguments": part}} for part in pieces]
        deltas += [{"tool_calls": [one]} for one in [begun, *rest]]
    return deltas


def _delta(asked: Asked, index: int, delta: Json) -> Json:
    said = str(delta.get("content") or "")
    return {
        "index": index,
        "delta": delta,
        "logprobs": _logprobs(asked, said) if said else None,
        "finish_reason": None,
    }


def _chunk(asked: Asked, choices: list[Json]) -> Json:
    return {
        "id": "chatcmpl-upstream",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": asked.model,
        "system_fingerprint": "fp_simulator",
        "choices": choices,
    }
