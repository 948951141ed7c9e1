import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proxy import usage
from proxy.auth import Caller
from proxy.chat import Chat, Waits
from proxy.errors import ModelNotFound
from proxy.models import GatewayRequest
from proxy.upstream.vocabulary import (
    Event,
    Events,
    Failed,
    Finished,
    Message,
    Prompt,
    Restarted,
    TextDelta,
    Usage,
)
from proxy.usage import Record
from tests.tokens.conftest import AddToken
from tokens import api_keys
from tokens.models import ApiKey, Team, UpstreamToken
from tokens.pool import Lease

pytestmark = pytest.mark.usefixtures("async_database")
HI, END = TextDelta("Hi there"), Finished("stop")
FAILED = Failed(502, "upstream_cut", "It broke.")


@pytest.fixture
def token(add_token: AddToken) -> UpstreamToken:
    return add_token("canary-token")


@pytest.fixture
def record(team: Team, token: UpstreamToken) -> Record:
    return Record("req_1", Caller(team, "master"), model="gpt-4o", stream=True)


def chat(team: Team, *script: Event | Exception) -> Chat:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Events]:
        yield played()

    async def played() -> AsyncIterator[Event]:
        for step in script:
            if isinstance(step, Exception):
                raise step
            yield step
        if not isinstance(script[-1], Finished | Failed):
            await asyncio.Event().wait()

    def open_stream(lease: Lease) -> AbstractAsyncContextManager[Events]:
        return opened()

    return Chat(team, open_stream, Waits())


async def listen(record: Record, *script: Event | Exception) -> dict[str, Any]:
    events = usage.recorded(chat(record.caller.team, *script), record)
    async for _ in events:
        pass
    return await row()


async def row() -> dict[str, Any]:
    return dict(await GatewayRequest.objects.values().aget())


def test_an_answer_that_starts_again_is_measured_anew(record: Record) -> None:
    for event in (HI, Usage(1, 2), Restarted()):
        record.see(event)
    assert (record.answer_bytes, record.counted, record.first_token_ms) == (
        0,
        None,
        None,
    )
    record.see(FAILED)
    assert (record.outcome, record.status) == ("failed", 502)


async def test_an_answered_request_is_a_row(
    record: Record, token: UpstreamToken
) -> None:
    record.prompt_tokens = 5
    kept = await listen(record, HI, HI, END)
    assert (kept["status"], kept["outcome"], kept["error_code"]) == (200, "ok", "")
    assert (kept["request_id"], kept["model"], kept["stream"]) == (
        "req_1",
        "gpt-4o",
        True,
    )
    assert (kept["caller"], kept["api_key_id"]) == ("master", None)
    assert kept["upstream_token_id"] == token.pk
    assert (kept["prompt_tokens"], kept["completion_tokens"]) == (5, 4)
    assert kept["tokens_estimated"]
    assert 0 <= kept["first_token_ms"] <= kept["duration_ms"]


async def test_neither_prompt_nor_answer_nor_secret_is_kept(record: Record) -> None:
    kept = str(await listen(record, TextDelta("canary"), END))
    assert "canary" not in kept


async def test_tokens_that_the_upstream_counted_are_no_estimate(
    record: Record,
) -> None:
    kept = await listen(record, HI, Usage(100, 200), END)
    assert (kept["prompt_tokens"], kept["completion_tokens"]) == (100, 200)
    assert not kept["tokens_estimated"]


@pytest.mark.parametrize(
    ("script", "committed", "status", "outcome"),
    [
        ((FAILED,), False, 502, "failed"),
        ((FAILED,), True, 200, "failed"),
        ((HI, FAILED), True, 200, "truncated"),
        ((HI, FAILED), False, 502, "truncated"),
    ],
)
async def test_a_failure_is_a_row_with_what_the_caller_saw(
    record: Record,
    script: tuple[Event, ...],
    committed: bool,
    status: int,
    outcome: str,
) -> None:
    record.committed = committed
    kept = await listen(record, *script)
    assert (kept["status"], kept["outcome"]) == (status, outcome)
    assert kept["error_code"] == "upstream_cut"


@pytest.mark.parametrize(("committed", "status"), [(False, 499), (True, 200)])
async def test_a_caller_who_hangs_up_is_a_row(
    record: Record, committed: bool, status: int
) -> None:
    events = usage.recorded(chat(record.caller.team, HI), record)
    assert await anext(events) == HI
    record.committed = committed
    await events.aclose()
    kept = await row()
    assert (kept["status"], kept["outcome"]) == (status, "cancelled")
    assert kept["completion_tokens"] == 2


async def test_a_cancelled_task_still_writes_its_row(record: Record) -> None:
    listening = asyncio.Event()

    async def caller() -> None:
        async for _ in usage.recorded(chat(record.caller.team, HI), record):
            listening.set()

    task = asyncio.ensure_future(caller())
    await listening.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await row())["outcome"] == "cancelled"


async def test_a_bug_in_the_upstreams_code_is_a_failed_row(record: Record) -> None:
    kept = await listen(record, ValueError("bug"))
    assert (kept["status"], kept["outcome"]) == (502, "failed")
    assert kept["error_code"] == "internal_error"


async def test_a_refusal_is_a_row(record: Record) -> None:
    record.model = "x\0" * 200
    record.refuse(ModelNotFound("x"))
    await usage.write(record)
    kept = await row()
    assert (kept["status"], kept["outcome"]) == (404, "refused")
    assert (kept["error_code"], kept["model"]) == ("model_not_found", "x" * 100)


async def test_a_key_keeps_its_last_use_to_the_minute(team: Team) -> None:
    now = datetime.now(UTC)
    key = await ApiKey.objects.acreate(team=team, public_id="k", digest="d")
    caller = Caller(team, "k", key, "ann@example.org")
    for number, seconds in enumerate((0, 59, 61)):
        at = now + timedelta(seconds=seconds)
        await usage.write(Record(f"req_{number}", caller, started_at=at))
        await key.arefresh_from_db()
        assert key.last_used_at == (at if seconds != 59 else now)
    assert (await GatewayRequest.objects.alast()).owner_email == "ann@example.org"  # type: ignore[union-attr]


async def test_a_row_that_is_there_already_stays(record: Record) -> None:
    await usage.write(record)
    assert await listen(record, HI, END)
    assert await GatewayRequest.objects.acount() == 1


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("我们", 2)]
)
def test_tokens_are_estimated_from_bytes(text: str, tokens: int) -> None:
    assert usage.estimate(len(text.encode())) == tokens


def test_a_prompt_counts_its_texts_and_its_messages() -> None:
    messages = (Message("system", "abcd"), Message("user", "Hi"))
    assert usage.estimate_prompt(Prompt("m", messages)) == 10


def test_no_secret_shows_in_a_records_repr(team: Team) -> None:
    issued = api_keys.issue(team, "ann@example.org", actor="test")
    caller = Caller(team, issued.key.public_id, issued.key)
    assert issued.clear.rpartition("-")[2] not in repr(Record("req_1", caller))
