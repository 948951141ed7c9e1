"""What every upstream kind speaks: a prompt goes in, events come out.

An event stream ends with exactly one `Finished` or `Failed`; nothing follows it.
Texts and secrets stay out of every `repr`, so that no log line can show them.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["system", "developer", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model made; `arguments` is a text that holds JSON."""

    id: str
    name: str
    arguments: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tool:
    """What the model may call; `parameters` is a JSON schema as text."""

    name: str
    description: str = field(repr=False)
    parameters: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """`tool_calls` belong to an assistant's message, `tool_call_id` to a tool's."""

    role: Role
    text: str = field(repr=False)
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """`model` is the name at the upstream, `effort` how hard it may think. `raw` is
    the caller's own JSON, and `stream` its wish, for a kind that passes the request on
    as it came."""

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    effort: str = ""
    raw: bytes = field(default=b"", repr=False)
    stream: bool = True


@dataclass(frozen=True, slots=True)
class Credential:
    """What an upstream wants to see of us; `checksum` is stamped for this moment."""

    token: str = field(repr=False)
    checksum: str = field(repr=False)

    def hidden_in(self, text: str) -> str:
        """The text without what is secret of us: upstreams quote what they got."""
        for secret in (self.token, *self.checksum[8:].split("/")):
            if secret:
                # Also one that was cut short on its way to us.
                begin = re.escape(secret[:16])
                rest = r"[^\s\"'<>]*" if len(secret) > 16 else ""
                text = re.sub(begin + rest, "…", text)
        return text


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer; never empty."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of what the model thinks before it answers; never empty."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; pieces of one call share their `index`. The first one
    has `id` and `name`, and in the others both are empty."""

    index: int
    id: str
    name: str
    arguments: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Native:
    """A chunk, or a whole answer, that came in OpenAI's own shape and is passed on.

    `text_bytes`: how much of it is answer, for the count where none is told.
    """

    body: Mapping[str, object] = field(repr=False)
    text_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the upstream counted them; `told` is its own object, with details."""

    prompt_tokens: int
    completion_tokens: int
    told: Mapping[str, object] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Finished:
    reason: FinishReason


@dataclass(frozen=True, slots=True)
class Failed:
    """The request is over and not whole.

    `status` is the HTTP status the upstream meant, `code` a short word for machines,
    `message` a sentence that may be shown to the caller. `retryable`: the same
    request may succeed later or through another token. `blames_token`: this token is
    the trouble; `token_is_dead`: and it will not get better by waiting.
    `retry_after` is in seconds, where the upstream named a time.
    """

    status: int
    code: str
    message: str
    retryable: bool = False
    blames_token: bool = False
    token_is_dead: bool = False
    retry_after: int | None = None
    param: str | None = None


@dataclass(frozen=True, slots=True)
class Restarted:
    """The gateway's own word, which no upstream says: what came so far is void, and
    the answer begins again with another token."""


Event = TextDelta | ThinkingDelta | ToolCallDelta | Native | Usage | Finished | Failed
Events = AsyncIterator[Event]
# What the caller's side hears; None is only a sign of life.
Heard = Event | Restarted | None
