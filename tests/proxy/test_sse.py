import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from proxy import sse
from proxy.errors import GatewayError, UpstreamFailed
from proxy.shape import Shape
from proxy.upstream.vocabulary import (
    Event,
    Failed,
    Finished,
    Heard,
    Restarted,
    TextDelta,
    Usage,
)

SHAPE = Shape("chatcmpl-1", 1700000000, "gpt-4o")
WITH_USAGE = Shape("chatcmpl-1", 1700000000, "gpt-4o", include_usage=True)
USAGE = Usage(5, 7)
FAILED = Failed(502, "upstream_cut", "It broke.", retryable=True)
HELLO = (TextDelta("Hel"), TextDelta("lo"), Finished("stop"))


async def played(*events: Heard) -> AsyncGenerator[Heard, None]:
    for event in events:
        yield event


async def stream(*events: Event | None, shape: Shape = SHAPE) -> list[str]:
    pieces = sse.stream(played(*events), shape, lambda: USAGE)
    return [piece.decode() async for piece in pieces]


def data(piece: str) -> dict[str, Any]:
    assert piece.startswith("data: ")
    assert piece.endswith("\n\n")
    assert "\n" not in piece[:-2]
    body: dict[str, Any] = json.loads(piece[6:])
    return body


def choice(delta: dict[str, str], reason: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]


async def test_a_stream_is_a_role_the_texts_a_reason_and_done() -> None:
    *chunks, done = await stream(*HELLO)
    assert done == "data: [DONE]\n\n"
    assert [data(chunk)["choices"] for chunk in chunks] == [
        choice({"role": "assistant", "content": ""}),
        choice({"content": "Hel"}),
        choice({"content": "lo"}),
        choice({}, "stop"),
    ]


async def test_every_chunk_says_which_answer_it_belongs_to() -> None:
    for chunk in (await stream(*HELLO))[:-1]:
        body = data(chunk)
        assert list(body) == ["id", "object", "created", "model", "choices"]
        assert body["object"] == "chat.completion.chunk"
        same = body["id"], body["created"], body["model"]
        assert same == ("chatcmpl-1", 1700000000, "gpt-4o")


async def test_usage_comes_in_a_chunk_of_its_own_and_is_null_in_the_others() -> None:
    *chunks, usage, _ = await stream(*HELLO, shape=WITH_USAGE)
    assert all(data(chunk)["usage"] is None for chunk in chunks)
    assert data(usage)["choices"] == []
    assert data(usage)["usage"] == {
        "prompt_tokens": 5,
        "completion_tokens": 7,
        "total_tokens": 12,
    }


async def test_a_sign_of_life_is_a_comment() -> None:
    alive, role, *_ = await stream(None, *HELLO)
    assert alive == ": keepalive\n\n"
    assert data(role)["choices"][0]["delta"]["role"] == "assistant"


async def test_a_failure_before_the_first_byte_is_raised() -> None:
    with pytest.raises(UpstreamFailed, match="It broke"):
        await stream(FAILED)


@pytest.mark.parametrize("before", [TextDelta("Hi"), None])
async def test_a_failure_after_the_first_byte_is_an_event_without_done(
    before: Event | None,
) -> None:
    *_, last = await stream(before, FAILED)
    assert data(last)["error"] == {
        "message": "It broke.",
        "type": "upstream_error",
        "param": None,
        "code": "upstream_cut",
    }
    assert "DONE" not in last


async def test_events_that_just_stop_end_in_an_error_too() -> None:
    *_, last = await stream(TextDelta("Hi"))
    assert data(last)["error"]["code"] is None


async def test_the_closing_chunks_come_after_the_events_have_ended() -> None:
    log: list[str] = []

    async def events() -> AsyncGenerator[Event | None, None]:
        try:
            for event in HELLO:
                yield event
        finally:
            log.append("ended")

    async for piece in sse.stream(events(), SHAPE, lambda: USAGE):
        log.append("stop" if b'"stop"' in piece else "piece")
    assert log == ["piece", "piece", "piece", "ended", "stop", "piece"]


async def test_the_whole_answer_is_one_object() -> None:
    body = json.loads(await sse.whole(played(None, *HELLO), SHAPE, lambda: USAGE))
    assert body == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "gpt-4o",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }


async def test_a_whole_answer_that_started_again_holds_no_text_from_before() -> None:
    events = played(TextDelta("Half"), Restarted(), *HELLO)
    body = json.loads(await sse.whole(events, SHAPE, lambda: USAGE))
    assert body["choices"][0]["message"]["content"] == "Hello"


@pytest.mark.parametrize("end", [(FAILED,), ()])
async def test_a_whole_answer_that_is_not_whole_is_an_error(
    end: tuple[Event, ...],
) -> None:
    with pytest.raises(GatewayError):
        await sse.whole(played(TextDelta("Hi"), *end), SHAPE, lambda: USAGE)


async def test_a_piece_taken_early_comes_first_and_the_rest_is_closed() -> None:
    closed: list[bool] = []

    async def pieces() -> AsyncGenerator[bytes, None]:
        try:
            yield b"1"
            yield b"2"
            yield b"3"
        finally:
            closed.append(True)

    rest = pieces()
    chained = sse.chained(await anext(rest), rest)
    assert [await anext(chained), await anext(chained)] == [b"1", b"2"]
    await chained.aclose()
    assert closed


async def test_a_response_that_nobody_reads_still_ends_its_stream() -> None:
    closed = asyncio.Event()

    async def events() -> AsyncGenerator[Event | None, None]:
        try:
            yield HELLO[0]
            yield HELLO[1]
        finally:
            closed.set()

    pieces = sse.stream(events(), SHAPE, lambda: USAGE)
    unread = sse.chained(await anext(pieces), pieces)
    del pieces, unread
    await asyncio.wait_for(closed.wait(), timeout=5)


async def test_now_and_then_a_sign_of_life_is_an_empty_chunk() -> None:
    silence: list[Event | None] = [None] * 8
    pieces = await stream(*silence, TextDelta("Hi"), *silence, Finished("stop"))
    comment = sse.KEEP_ALIVE.decode()
    assert pieces[:8] == [comment] * 8
    quiet = pieces[10:18]
    assert [piece == comment for piece in quiet] == ([True] * 3 + [False]) * 2
    assert data(quiet[3])["choices"] == choice({"content": ""})
