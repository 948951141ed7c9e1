"""Tool calls, thinking, and what came in OpenAI's own shape."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from proxy import sse
from proxy.shape import Shape
from proxy.upstream.vocabulary import (
    Event,
    Failed,
    Finished,
    Heard,
    Native,
    Restarted,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
)

SHAPE = Shape("chatcmpl-1", 1700000000, "gpt-4o")
WITH_USAGE = Shape("chatcmpl-1", 1700000000, "gpt-4o", include_usage=True)
TOLD = Usage(5, 7, {"prompt_tokens_details": {"cached_tokens": 3}, "prompt_tokens": 5})
CALLS: tuple[Event, ...] = (
    ThinkingDelta("Hm."),
    ToolCallDelta(0, "call_1", "weather", ""),
    ToolCallDelta(0, "", "", '{"a"'),
    ToolCallDelta(1, "call_2", "time", ""),
    ToolCallDelta(0, "", "", ":1}"),
    ToolCallDelta(1, "", "", "{}"),
    Finished("tool_calls"),
)


async def played(*events: Heard) -> AsyncGenerator[Heard, None]:
    for event in events:
        yield event


async def stream(*events: Heard, shape: Shape = SHAPE) -> list[Any]:
    pieces = [piece async for piece in sse.stream(played(*events), shape, lambda: TOLD)]
    assert pieces[-1] == b"data: [DONE]\n\n"
    return [json.loads(piece.removeprefix(b"data: ")) for piece in pieces[:-1]]


async def whole(*events: Heard) -> Any:
    return json.loads(await sse.whole(played(*events), SHAPE, lambda: TOLD))


async def test_a_tool_call_has_its_id_once_and_its_index_always() -> None:
    chunks = await stream(*CALLS)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[:2] == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "Hm."},
    ]
    told = [delta["tool_calls"][0] for delta in deltas[2:-1]]
    assert told[0] == {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": "weather", "arguments": ""},
    }
    assert told[1] == {"index": 0, "function": {"arguments": '{"a"'}}
    assert [call["index"] for call in told] == [0, 0, 1, 0, 1]
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


async def test_whole_tool_calls_stand_beside_no_content() -> None:
    [choice] = (await whole(TextDelta("void"), Restarted(), *CALLS))["choices"]
    assert choice["finish_reason"] == "tool_calls"
    message = choice["message"]
    assert (message["content"], message["reasoning_content"]) == (None, "Hm.")
    assert [call["function"] for call in message["tool_calls"]] == [
        {"name": "weather", "arguments": '{"a":1}'},
        {"name": "time", "arguments": "{}"},
    ]


async def test_text_beside_tool_calls_stays() -> None:
    [choice] = (await whole(TextDelta("Let me see."), *CALLS))["choices"]
    assert choice["message"]["content"] == "Let me see."


def chunk(model: str, **rest: Any) -> Native:
    choice = {"index": 0, "delta": {"content": "a"}, "finish_reason": None, "x": 1}
    body = {"id": "theirs", "created": 3, "model": model, "choices": [choice]}
    return Native(body | rest, 1)


async def test_a_native_chunk_keeps_what_it_says_under_our_name() -> None:
    first, second = await stream(
        chunk("gpt-4o-2024", system_fingerprint=None, extra=[1]),
        chunk("other", usage={"prompt_tokens": 1}, system_fingerprint="fp"),
        Finished("stop"),
    )
    ours = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "gpt-4o-2024",
    }
    choices = chunk("").body["choices"]
    assert first == {**ours, "choices": choices, "extra": [1]}
    assert second == {**ours, "choices": choices, "system_fingerprint": "fp"}


@pytest.mark.parametrize("model", ["", None, 3])
async def test_a_chunk_that_names_no_model_has_the_asked_one(model: Any) -> None:
    [told] = await stream(chunk(model), Finished("stop"))
    assert told["model"] == "gpt-4o"


async def test_native_usage_comes_once_with_its_details() -> None:
    first, last = await stream(chunk("m"), TOLD, Finished("stop"), shape=WITH_USAGE)
    assert first["usage"] is None
    assert last["choices"] == []
    assert last["usage"] == {
        "prompt_tokens": 5,
        "completion_tokens": 7,
        "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 3},
    }


async def test_a_native_stream_that_fails_ends_in_an_error() -> None:
    broken = Failed(502, "upstream_cut", "It broke.")
    pieces = [
        p async for p in sse.stream(played(chunk("m"), broken), SHAPE, lambda: TOLD)
    ]
    assert b"upstream_cut" in pieces[-1]
    assert b"[DONE]" not in b"".join(pieces)


async def test_a_native_whole_answer_keeps_what_it_says() -> None:
    choices = [{"index": 0, "message": {"content": "a"}, "finish_reason": "stop"}]
    native = Native({"model": "served", "choices": choices, "service_tier": "x"}, 1)
    answered = await whole(native, TOLD, Finished("stop"))
    assert answered["choices"] == choices
    assert (answered["model"], answered["service_tier"]) == ("served", "x")
    assert answered["usage"]["total_tokens"] == 12
    assert (answered["id"], answered["object"]) == ("chatcmpl-1", "chat.completion")
