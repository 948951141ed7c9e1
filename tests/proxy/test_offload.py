"""The way to the database, while it is well and while it stands still."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from proxy import offload
from proxy.errors import Unavailable
from proxy.offload import in_database


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A server that says nothing until the event is set."""
    monkeypatch.setattr(offload, "PATIENCE", 0.2)
    monkeypatch.setattr(offload, "IMPATIENCE", 0.01)
    thaw = threading.Event()
    yield thaw
    thaw.set()


async def seconds_until_refused() -> float:
    began = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        await in_database(str)
    assert refused.value.headers["Retry-After"] == "5"
    return time.monotonic() - began


async def test_a_frozen_database_is_waited_for_once_and_then_hardly(
    frozen: threading.Event,
) -> None:
    stuck = asyncio.ensure_future(in_database(frozen.wait))
    with pytest.raises(Unavailable):
        await stuck
    assert await seconds_until_refused() < 0.2


async def test_it_goes_on_by_itself_when_the_database_is_back(
    frozen: threading.Event,
) -> None:
    with pytest.raises(Unavailable):
        await in_database(frozen.wait)
    left = [asyncio.ensure_future(in_database(str)) for _ in range(100)]
    await asyncio.wait(left)
    assert all(isinstance(one.exception(), Unavailable) for one in left)
    frozen.set()
    await asyncio.to_thread(until_it_stands_no_more)
    assert await in_database(lambda: "well") == "well"


def until_it_stands_no_more() -> None:
    offload._thread.submit(str).result(5)
