"""What OpenAI-compatible servers have been seen to do wrong."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator.answers import http_date
from simulator.openaichat import Events, error
from simulator.reply import Reply, Write

Options = Mapping[str, object]


def rate_limited(reply: Reply, options: Options) -> Reply:
    """Options: `retry_after` any text, `retry_after_ms`, `retry_at` in seconds."""
    headers = {"x-ratelimit-remaining-requests": "0"}
    if "retry_after" in options:
        headers["retry-after"] = str(options["retry_after"])
    if "retry_after_ms" in options:
        headers["retry-after-ms"] = str(options["retry_after_ms"])
    if "retry_at" in options:
        headers["retry-after"] = http_date(float(str(options["retry_at"])))
    said = "Rate limit reached for gpt-4o in organization org-123 on requests per min."
    return error(429, said, "requests", code="rate_limit_exceeded", headers=headers)


def insufficient_quota(reply: Reply, options: Options) -> Reply:
    said = "You exceeded your current quota, please check your plan, org-123."
    return error(429, said, "insufficient_quota", code="insufficient_quota")


def invalid_key(reply: Reply, options: Options) -> Reply:
    said = "Incorrect API key provided: sk-ab***cdef of org-123."
    return error(401, said, "invalid_request_error", code="invalid_api_key")


def model_refused(reply: Reply, options: Options) -> Reply:
    """Options: `status` 403 or 404, `model` the name that is told."""
    model = options.get("model", "gpt-4o")
    said = f"Project `proj-123` of org-123 does not have access to model `{model}`"
    status = _number(options, "status", 403)
    code = "model_not_found" if status == 404 else None
    return error(status, said, "invalid_request_error", code=code)


def context_length(reply: Reply, options: Options) -> Reply:
    said = "This model's maximum context length is 8192 tokens."
    return error(
        400,
        said,
        "invalid_request_error",
        code="context_length_exceeded",
        param="messages",
    )


def unprocessable(reply: Reply, options: Options) -> Reply:
    said = "Input should be a valid list"
    return error(422, said, "invalid_request_error", param="messages")


def overloaded(reply: Reply, options: Options) -> Reply:
    said = "The server of org-123 is overloaded."
    return error(503, said, "server_error", headers={"retry-after": "3"})


def error_with_200(reply: Reply, options: Options) -> Reply:
    said = error(200, "The engine broke.", "server_error", code="engine")
    return said


def packed(reply: Reply, options: Options) -> Reply:
    """Compressed although nobody asked for it; `size` bytes a write, `cut` the end."""
    data = gzip.compress(reply.body(), mtime=0)
    data = data[: len(data) // 2] if options.get("cut") else data
    return _packed(reply, data, int(str(options.get("size", 1000))))


def bomb(reply: Reply, options: Options) -> Reply:
    """A body of zeros that unpacks to `mib` MiB."""
    mib = int(str(options.get("mib", 200)))
    return _packed(reply, gzip.compress(b"\0" * (mib * 1024 * 1024), 9), 1 << 16)


def _packed(reply: Reply, data: bytes, size: int) -> Reply:
    kept = {k: v for k, v in reply.headers.items() if k != "content-length"}
    writes = tuple(Write(data[at : at + size]) for at in range(0, len(data), size))
    return replace(reply, headers={**kept, "content-encoding": "gzip"}, writes=writes)


REPLIES: dict[str, Callable[[Reply, Options], Reply]] = {
    "rate_limited": rate_limited,
    "insufficient_quota": insufficient_quota,
    "invalid_key": invalid_key,
    "model_refused": model_refused,
    "context_length": context_length,
    "unprocessable": unprocessable,
    "overloaded": overloaded,
    "error_with_200": error_with_200,
    "packed": packed,
    "bomb": bomb,
}


def no_done(events: Events, options: Options) -> Events:
    return replace(events, data=events.data[:-1])


def cut_at(events: Events, options: Options) -> Events:
    """Ends after `after` events; `ends`: clean, abort or reset."""
    after = _number(options, "after", 3)
    ends = str(options.get("ends", "clean"))
    return replace(events, data=events.data[:after], ends=ends)


def done_early(events: Events, options: Options) -> Events:
    """`[DONE]` with no finish reason before it."""
    return replace(events, data=(*events.data[:3], "[DONE]"))


def error_event(events: Events, options: Options) -> Events:
    """After `after` events; options `code` and `message`."""
    told = {
        "message": options.get("message", "The engine broke."),
        "type": "server_error",
        "code": options.get("code", 500),
    }
    before = events.data[: _number(options, "after", 3)]
    return replace(events, data=(*before, json.dumps({"error": told})))


def no_usage(events: Events, options: Options) -> Events:
    kept = [data for data in events.data if '"choices": []' not in data]
    return replace(events, data=tuple(kept))


def usage_zero(events: Events, options: Options) -> Events:
    zero = '"prompt_tokens": 0, "completion_tokens": 0'
    changed = [
        json.dumps(json.loads(data) | {"usage": json.loads(f"{{{zero}}}")})
        if '"choices": []' in data
        else data
        for data in events.data
    ]
    return replace(events, data=tuple(changed))


def crlf(events: Events, options: Options) -> Events:
    return replace(events, line_end=str(options.get("end", "\r\n")))


def comments(events: Events, options: Options) -> Events:
    return replace(events, comments=True)


def no_blank_end(events: Events, options: Options) -> Events:
    return replace(events, blank_end=False)


def prompt_filter(events: Events, options: Options) -> Events:
    """The first chunk names no model and has no choice, and more beside."""
    first = {
        "id": "",
        "object": "",
        "created": 0,
        "model": "",
        "choices": [],
        "prompt_filter_results": [{"prompt_index": 0}],
    }
    return replace(events, data=(json.dumps(first), *events.data))


def bare(events: Events, options: Options) -> Events:
    """Only what small servers send: no finish_reason before the last, null fields."""
    return replace(events, data=tuple(map(_bare, events.data)))


def _bare(data: str) -> str:
    if data == "[DONE]":
        return data
    chunk = json.loads(data) | {"system_fingerprint": None}
    for choice in chunk["choices"]:
        del choice["logprobs"]
        if choice["finish_reason"] is None:
            del choice["finish_reason"]
    return json.dumps(chunk)


def noise(events: Events, options: Options) -> Events:
    return replace(events, data=(*events.data[:3], "{not json"))


def endless(events: Events, options: Options) -> Events:
    """An event of `mib` MiB that does not end."""
    size = _number(options, "mib", 16) * 1024 * 1024
    return replace(events, data=events.data[:2], tail=b"data: " + b"a" * size)


def one_byte(events: Events, options: Options) -> Events:
    return replace(events, size=_number(options, "size", 1))


def pause(events: Events, options: Options) -> Events:
    at, ms = _number(options, "after", 3), _number(options, "ms", 60_000)
    return replace(events, pause_at=at, pause_ms=ms)


def stall(events: Events, options: Options) -> Events:
    return replace(events, stall_ms=_number(options, "ms", 60_000))


STREAMS: dict[str, Callable[[Events, Options], Events]] = {
    "no_done": no_done,
    "cut_at": cut_at,
    "done_early": done_early,
    "error_event": error_event,
    "no_usage": no_usage,
    "usage_zero": usage_zero,
    "crlf": crlf,
    "comments": comments,
    "no_blank_end": no_blank_end,
    "prompt_filter": prompt_filter,
    "bare": bare,
    "noise": noise,
    "endless": endless,
    "one_byte": one_byte,
    "pause": pause,
    "stall": stall,
}
ON_TOP = {*STREAMS, "packed"} - {"error_event", "noise", "endless"}


def _number(options: Options, name: str, default: int) -> int:
    value = options.get(name, default)
    return int(value) if isinstance(value, int | float) else default
