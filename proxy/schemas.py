"""Reading a chat request: strict about what we use, deaf to the rest.

Unknown parameters are accepted. Those that would change the answer and that the
backend does not have are refused by name, because a silent omission is worse.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from proxy.errors import BadField, BadRequest
from proxy.upstream.vocabulary import Message, Prompt, Role

Body = Mapping[str, object]
ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "developer",
    "user": "user",
    "assistant": "assistant",
}
MISSING, TYPE, VALUE, UNSUPPORTED = (
    "missing_required_parameter",
    "invalid_type",
    "invalid_value",
    "unsupported_parameter",
)


@dataclass(frozen=True, slots=True)
class ChatRequest:
    prompt: Prompt
    stream: bool
    include_usage: bool


def parse(raw: bytes) -> ChatRequest:
    """Raises BadRequest, or BadField with the name of the field."""
    body = _object(raw)
    model = _model(body)
    messages = _messages(body)
    stream = _boolean(body, "stream")
    for check in REFUSALS:
        check(body)
    for name in ("max_tokens", "max_completion_tokens"):
        _integer(body, name)
    usage = stream and _include_usage(body)
    return ChatRequest(Prompt(model, messages), stream, usage)


def _object(raw: bytes) -> Body:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest("The request's body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise BadRequest("The request's body must be a JSON object.")
    return body


def _model(body: Body) -> str:
    model = body.get("model")
    if model is None:
        raise BadField("model", MISSING, "You must provide a model.")
    if not isinstance(model, str):
        raise BadField("model", TYPE, "`model` must be a string.")
    return model


def _messages(body: Body) -> tuple[Message, ...]:
    messages = body.get("messages")
    if messages is None:
        raise BadField("messages", MISSING, "You must provide `messages`.")
    if not isinstance(messages, list):
        raise BadField("messages", TYPE, "`messages` must be an array.")
    if not messages:
        raise BadField("messages", "empty_array", "`messages` must not be empty.")
    return tuple(
        _message(f"messages[{index}]", message)
        for index, message in enumerate(messages)
    )


def _message(at: str, message: object) -> Message:
    if not isinstance(message, dict):
        raise BadField(at, TYPE, f"`{at}` must be an object.")
    role = message.get("role")
    if role in ("tool", "function"):
        raise BadField(f"{at}.role", UNSUPPORTED, "Tools are not supported here.")
    if not isinstance(role, str) or role not in ROLES:
        code = MISSING if role is None else VALUE
        expected = ", ".join(ROLES)
        raise BadField(f"{at}.role", code, f"`{at}.role` must be one of {expected}.")
    for name in ("tool_calls", "function_call"):
        if message.get(name):
            raise BadField(
                f"{at}.{name}", UNSUPPORTED, "Tool calls are not supported here."
            )
    return Message(ROLES[role], _content(f"{at}.content", role, message))


def _content(at: str, role: str, message: Body) -> str:
    content = message.get("content")
    if content is None and role == "assistant":
        refusal = message.get("refusal")
        return refusal if isinstance(refusal, str) else ""
    if content is None:
        raise BadField(at, MISSING, f"`{at}` must be a string or an array of parts.")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise BadField(at, TYPE, f"`{at}` must be a string or an array of parts.")
    parts = enumerate(content)
    return "\n".join(_part(f"{at}[{index}]", part) for index, part in parts)


def _part(at: str, part: object) -> str:
    if not isinstance(part, dict):
        raise BadField(at, TYPE, f"`{at}` must be an object.")
    kind = part.get("type")
    if kind not in ("text", "refusal"):
        shown = kind if isinstance(kind, str) else "of no type"
        raise BadField(
            f"{at}.type",
            "unsupported_content",
            f"Only text can be sent to this backend, not a part {shown[:40]}.",
        )
    text = part.get(kind)
    if not isinstance(text, str):
        code = MISSING if text is None else TYPE
        raise BadField(f"{at}.{kind}", code, f"`{at}.{kind}` must be a string.")
    return text


def _include_usage(body: Body) -> bool:
    options = body.get("stream_options")
    if options is None:
        return False
    if not isinstance(options, dict):
        raise BadField("stream_options", TYPE, "`stream_options` must be an object.")
    return _boolean(options, "include_usage", "stream_options.")


def _boolean(body: Body, name: str, path: str = "") -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadField(path + name, TYPE, f"`{path}{name}` must be a boolean.")
    return bool(value)


def _integer(body: Body, name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadField(name, TYPE, f"`{name}` must be an integer.")
    return value


def _no_tools(body: Body) -> None:
    # A caller who says that no tool is to be called loses nothing without them.
    for name, choice in (("tools", "tool_choice"), ("functions", "function_call")):
        if body.get(name) and body.get(choice) != "none":
            raise _lacking(name, "Tools are")


def _text_only(body: Body) -> None:
    wanted = body.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type", "text") != "text":
        raise _lacking("response_format", "Only the response format `text` is", "")
    modalities = body.get("modalities")
    if isinstance(modalities, list) and "audio" in modalities:
        raise _lacking("modalities", "Audio is")


def _one_choice(body: Body) -> None:
    choices = _integer(body, "n")
    if choices is not None and choices < 1:
        raise BadField("n", VALUE, "`n` must be 1.")
    if choices is not None and choices > 1:
        raise _lacking("n", "More than one choice is")


def _no_logprobs(body: Body) -> None:
    if body.get("logprobs"):
        raise _lacking("logprobs", "Log probabilities are")


def _lacking(name: str, what: str, no: str = "not ") -> BadField:
    return BadField(name, UNSUPPORTED, f"{what} {no}supported by this backend.")


REFUSALS: tuple[Callable[[Body], None], ...] = (
    _no_tools,
    _text_only,
    _one_choice,
    _no_logprobs,
)
