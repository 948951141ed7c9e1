"""Reading an answer in OpenAI's shape: what is passed on, and whether it is whole."""

from collections.abc import Iterator, Mapping
from typing import cast, get_args

import msgspec

from proxy.upstream.errors import BadAnswer, CutStream, EmptyAnswer, Refused
from proxy.upstream.openai.refusal import in_stream
from proxy.upstream.vocabulary import Event, Finished, FinishReason, Native, Usage

Json = dict[str, object]
# A chunk with nothing beside these and without a choice says nothing to the caller.
FRAME = {
    *("id", "object", "created", "model", "choices", "usage"),
    *("system_fingerprint", "service_tier", "obfuscation"),
}
TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


class Chunks:
    """The chunks of one stream. Remembers each choice's finish reason: a stream that
    ends while one of them has none was cut, however well it was closed."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._reasons: dict[int, object] = {}
        self._usage: Usage | None = None

    def read(self, payload: bytes) -> Iterator[Event]:
        """Raises Refused for an error event, BadAnswer for what is no chunk."""
        body = _object(payload)
        if error := body.get("error"):
            raise self._error(error)
        if (usage := parse_usage(body.get("usage"))) is not None:
            self._usage = usage
        choices = _choices(body.get("choices", []))
        if not choices and not body.keys() - FRAME:
            return
        for choice in choices:
            choice.setdefault("delta", {})
            self._note(choice)
        size = sum(_text_bytes(choice.get("delta")) for choice in choices)
        yield Native({**body, "choices": choices}, size)

    def is_whole(self) -> bool:
        return bool(self._reasons) and None not in self._reasons.values()

    def end(self) -> Iterator[Event]:
        """What closes the stream. Raises CutStream or EmptyAnswer."""
        if not self._reasons:
            raise EmptyAnswer("The upstream ended its answer without any text.")
        if not self.is_whole():
            raise CutStream("The upstream stopped before the answer's end.")
        if self._usage is not None:
            yield self._usage
        yield Finished(_reason(next(iter(self._reasons.values()))))

    def _note(self, choice: Json) -> None:
        index = choice.setdefault("index", 0)
        if not isinstance(index, int):
            raise BadAnswer("The upstream sent a choice without a number.")
        reason = choice.setdefault("finish_reason", None)
        self._reasons[index] = reason or self._reasons.get(index)

    def _error(self, error: object) -> Refused:
        told = error if isinstance(error, dict) else {"message": error}
        return in_stream(told, self._secret)


def whole(payload: bytes) -> Iterator[Event]:
    """The events of an answer that came in one piece. Raises UpstreamError."""
    body = _object(payload)
    choices = _choices(body.get("choices"))
    if not choices:
        raise EmptyAnswer("The upstream ended its answer without any text.")
    for index, choice in enumerate(choices):
        message = choice.get("message")
        if not isinstance(message, dict):
            raise BadAnswer("The upstream sent a choice without a message.")
        choice["message"] = {
            "role": "assistant",
            "content": None,
            "refusal": None,
            **message,
        }
        choice.setdefault("index", index)
        choice.setdefault("logprobs", None)
        choice["finish_reason"] = choice.get("finish_reason") or "stop"
    size = sum(_text_bytes(choice["message"]) for choice in choices)
    yield Native({**body, "choices": choices}, size)
    if (usage := parse_usage(body.get("usage"))) is not None:
        yield usage
    yield Finished(_reason(choices[0]["finish_reason"]))


def parse_models(payload: bytes) -> Iterator[tuple[str, str]]:
    """Ids and owners of `GET /models`. Raises BadAnswer."""
    listed = _object(payload).get("data")
    if not isinstance(listed, list):
        raise BadAnswer("The upstream's list of models has no `data`.")
    for one in listed:
        name = one.get("id") if isinstance(one, dict) else None
        if isinstance(name, str) and name:
            owner = one.get("owned_by")
            yield name, owner if isinstance(owner, str) else ""


def parse_usage(told: object) -> Usage | None:
    """None where nothing is told; a told 0 is a count."""
    if not isinstance(told, dict):
        return None
    counts = told.get("prompt_tokens"), told.get("completion_tokens", 0)
    prompt, completion = counts
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    return Usage(max(prompt, 0), max(completion, 0), told)


def _object(payload: bytes) -> Json:
    try:
        body = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadAnswer("The upstream sent something that is no JSON object.")
    return body


def _choices(given: object) -> list[Json]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise BadAnswer("The upstream sent choices that we cannot read.")
    return given


def _text_bytes(said: object) -> int:
    if not isinstance(said, Mapping):
        return 0
    texts = [said.get(name) for name in TEXTS]
    calls = said.get("tool_calls")
    made = [said.get("function_call"), *(calls if isinstance(calls, list) else [])]
    for call in made:
        if isinstance(call, dict):
            function = call.get("function", call)
            texts.append(
                function.get("arguments") if isinstance(function, dict) else None
            )
    return sum(len(text.encode()) for text in texts if isinstance(text, str))


def _reason(told: object) -> FinishReason:
    known = told in get_args(FinishReason)
    return cast(FinishReason, told) if known else "stop"
