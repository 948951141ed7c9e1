"""Reading a chat request: strict about what we use, deaf to the rest.

Unknown parameters are accepted. What only some kinds of upstream have is checked in
`prompts.py`, when it is known which kinds serve the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from proxy.errors import BadField, BadRequest

Body = Mapping[str, object]
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
# As at OpenAI's.
MOST_CHOICES = 128
MISSING, TYPE, VALUE = (
    "missing_required_parameter",
    "invalid_type",
    "invalid_value",
)


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """`raw` is the body as it came, `body` what it holds."""

    raw: bytes = field(repr=False)
    body: Body = field(repr=False)
    model: str
    stream: bool
    include_usage: bool


def parse(raw: bytes) -> ChatRequest:
    """Raises BadRequest, or BadField with the name of the field."""
    body = _object(raw)
    model = _model(body)
    _check_messages(body)
    stream = _boolean(body, "stream")
    for name in ("n", "max_tokens", "max_completion_tokens"):
        integer(body, name)
    if body.get("n") is not None and not 1 <= integer(body, "n") <= MOST_CHOICES:
        raise BadField("n", VALUE, f"`n` must be from 1 to {MOST_CHOICES}.")
    usage = _include_usage(body)
    return ChatRequest(raw, body, model, stream, stream and usage)


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


def _check_messages(body: Body) -> None:
    messages = body.get("messages")
    if messages is None:
        raise BadField("messages", MISSING, "You must provide `messages`.")
    if not isinstance(messages, list):
        raise BadField("messages", TYPE, "`messages` must be an array.")
    if not messages:
        raise BadField("messages", "empty_array", "`messages` must not be empty.")
    for index, message in enumerate(messages):
        _check_message(f"messages[{index}]", message)


def _check_message(at: str, message: object) -> None:
    if not isinstance(message, dict):
        raise BadField(at, TYPE, f"`{at}` must be an object.")
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        code = MISSING if role is None else VALUE
        expected = ", ".join(ROLES)
        raise BadField(f"{at}.role", code, f"`{at}.role` must be one of {expected}.")
    _check_content(f"{at}.content", role, message.get("content"))


def _check_content(at: str, role: str, content: object) -> None:
    if content is None and role in ("assistant", "function"):
        return
    if not isinstance(content, str | list):
        code = MISSING if content is None else TYPE
        raise BadField(at, code, f"`{at}` must be a string or an array of parts.")
    for index, part in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(part, dict):
            raise BadField(
                f"{at}[{index}]", TYPE, f"`{at}[{index}]` must be an object."
            )


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


def integer(body: Body, name: str) -> int:
    """The field's number; absent and null are 0. To JSON 1.0 is an integer too."""
    value = body.get(name)
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadField(name, TYPE, f"`{name}` must be an integer.")
    return value
