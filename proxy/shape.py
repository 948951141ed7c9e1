"""One answer in OpenAI's words: chunks of a stream, or one object.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from proxy.upstream.vocabulary import Native, ToolCall, ToolCallDelta, Usage

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a whole answer came to."""

    text: str
    thinking: str
    tool_calls: Sequence[ToolCall]
    reason: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What all chunks of one answer have in common. `created` is in unix seconds."""

    id: str
    created: int
    model: str
    include_usage: bool = False

    def serving(self, native: Native) -> "Shape":
        """The same with the name of the model that the upstream says it used."""
        served = native.body.get("model")
        if not isinstance(served, str) or not served:
            return self
        return replace(self, model=served)

    def chunk(self, delta: Json, reason: str | None = None) -> bytes:
        choice = {
            "index": 0,
            "delta": delta,
            "logprobs": None,
            "finish_reason": reason,
        }
        return self._event([choice], None)

    def usage_chunk(self, usage: Usage) -> bytes:
        return self._event([], usage)

    def native_chunk(self, native: Native) -> bytes:
        """A chunk of the upstream's, told as part of this answer."""
        body = self._named(native.body, "chat.completion.chunk")
        if self.include_usage:
            body["usage"] = None
        return event(body)

    def _event(self, choices: list[Json], usage: Usage | None) -> bytes:
        body: Json = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
        }
        if self.include_usage:
            body["usage"] = usage and as_json(usage)
        return event(body)

    def completion(self, answer: Answer, usage: Usage) -> Json:
        message: Json = {
            "role": "assistant",
            "content": None if answer.tool_calls and not answer.text else answer.text,
            "refusal": None,
        }
        if answer.thinking:
            message["reasoning_content"] = answer.thinking
        if answer.tool_calls:
            message["tool_calls"] = [_whole_call(call) for call in answer.tool_calls]
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": answer.reason,
        }
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [choice],
            "usage": as_json(usage),
        }

    def native_completion(self, native: Native, usage: Usage) -> Json:
        body = self._named(native.body, "chat.completion")
        return {**body, "usage": as_json(usage)}

    def _named(self, body: Mapping[str, object], kind: str) -> Json:
        ours = {"id": self.id, "object": kind, "created": self.created}
        # Some servers send a fingerprint of null, which the contract has not.
        rest = {
            name: value
            for name, value in body.items()
            if name != "usage" and (name != "system_fingerprint" or value is not None)
        }
        return {**rest, **ours, "model": self.model}


def tool_call(delta: ToolCallDelta) -> Json:
    """One piece of a call, as a delta: id and name come once, with the first piece."""
    if not delta.id:
        function: Json = {"arguments": delta.arguments}
        return {"tool_calls": [{"index": delta.index, "function": function}]}
    function = {"name": delta.name, "arguments": delta.arguments}
    whole = {"id": delta.id, "type": "function", "function": function}
    return {"tool_calls": [{"index": delta.index, **whole}]}


def _whole_call(call: ToolCall) -> Json:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def event(body: Json) -> bytes:
    return b"data: " + msgspec.json.encode(body) + b"\n\n"


def as_json(usage: Usage) -> Json:
    """The counts; with the details that the upstream told, if it told any."""
    counts = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
    return {**(usage.told or {}), **counts}
