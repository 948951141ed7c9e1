"""The request as it goes on: the caller's own bytes, but for two fields."""

import msgspec

from proxy.upstream.vocabulary import Prompt

RAW = dict[str, msgspec.Raw]


def body(prompt: Prompt) -> bytes:
    """The caller's JSON with the upstream's name of the model.

    Every other value keeps its very bytes. Usage is always asked for in a stream, so
    that what a caller does not ask for is still counted; without a stream OpenAI does
    not take `stream_options` at all.
    """
    fields = msgspec.json.decode(prompt.raw, type=RAW)
    fields["model"] = msgspec.Raw(msgspec.json.encode(prompt.model))
    options = fields.pop("stream_options", None)
    if prompt.stream:
        wanted = {**_options(options), "include_usage": msgspec.Raw(b"true")}
        fields["stream_options"] = msgspec.Raw(msgspec.json.encode(wanted))
    return msgspec.json.encode(fields)


def _options(raw: msgspec.Raw | None) -> RAW:
    given = msgspec.json.decode(raw, type=RAW | None) if raw else None
    return given or {}
