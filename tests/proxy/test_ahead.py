import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from proxy.ahead import BROKEN, ahead
from proxy.upstream.vocabulary import Event, Events, Finished, TextDelta

HI, END = TextDelta("Hi"), Finished("stop")


class Source:
    """An upstream played from a list; an asyncio.Event in it is waited for."""

    def __init__(self, *script: Event | asyncio.Event | Exception) -> None:
        self.script = script
        self.closed = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Events]:
        try:
            yield self._events()
        finally:
            self.closed = True

    async def _events(self) -> AsyncIterator[Event]:
        for step in self.script:
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, Exception):
                raise step
            else:
                yield step


async def test_events_come_in_their_order_until_the_last() -> None:
    source = Source(HI, HI, END)
    async with ahead(source.open()) as reader:
        assert [await reader.get(1) for _ in range(3)] == [HI, HI, END]
        assert reader.ended
    assert source.closed


async def test_a_wait_that_ends_loses_nothing() -> None:
    gate = asyncio.Event()
    async with ahead(Source(gate, HI, END).open()) as reader:
        assert await reader.get(0) is None
        assert await reader.get(0.001) is None
        gate.set()
        assert await reader.get(1) == HI


async def test_leaving_closes_an_upstream_that_is_still_talking() -> None:
    source = Source(HI, asyncio.Event())
    async with ahead(source.open()) as reader:
        await reader.get(1)
    assert source.closed


async def test_an_upstream_that_lingers_after_its_end_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("proxy.ahead.LINGER", 0.001)
    source = Source(END, asyncio.Event())
    async with ahead(source.open()) as reader:
        assert await reader.get(1) == END
    assert source.closed


async def test_a_caller_who_is_cancelled_closes_the_upstream() -> None:
    source, reached = Source(HI, asyncio.Event()), asyncio.Event()

    async def caller() -> None:
        async with ahead(source.open()) as reader:
            await reader.get(1)
            reached.set()
            await reader.get(60)

    task = asyncio.ensure_future(caller())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed


async def test_a_slow_caller_slows_the_upstream_down() -> None:
    source = Source(*[HI] * 1000, END)
    async with ahead(source.open()) as reader:
        await reader.get(1)
        assert not source.closed
        rest = [await reader.get(1) for _ in range(1000)]
    assert rest[-1] == END


async def test_a_bug_becomes_a_failure_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with ahead(Source(HI, ValueError("bug")).open()) as reader:
        assert await reader.get(1) == HI
        assert await reader.get(1) == BROKEN
    assert "ValueError: bug" in caplog.text
