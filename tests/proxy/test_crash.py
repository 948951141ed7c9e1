"""A web process that is killed in the middle of many answers."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from proxy import under_way
from tests.live import product
from tests.proxy.gateway import HELLO, Gateway

STREAMS = 20


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with product("simulator", "web") as live:
        gateway = Gateway(live, live.auth_token)
        gateway.give_tokens()
        yield gateway


def children(process: int) -> list[int]:
    told = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(child) for child in told]


async def cut_streams(gateway: Gateway) -> list[BaseException | None]:
    """Opens many streams, kills the process that serves them: how each one ended."""

    async def one() -> None:
        url, body = f"{gateway.url}/chat/completions", HELLO | {"stream": True}
        async with (
            httpx.AsyncClient(timeout=60) as client,
            client.stream("POST", url, json=body, headers=gateway.headers) as answer,
        ):
            await answer.aread()

    streams = [asyncio.ensure_future(one()) for _ in range(STREAMS)]
    await asyncio.to_thread(
        gateway.live.wait,
        lambda: outcomes(gateway) == ["under_way"] * STREAMS,
        "their rows",
    )
    [worker] = children(gateway.live.processes["web"].pid)
    os.kill(worker, signal.SIGKILL)
    return await asyncio.gather(*streams, return_exceptions=True)


def outcomes(gateway: Gateway) -> list[str]:
    return [row["outcome"] for row in gateway.rows() if row["status"] == 200]


def test_it_is_replaced_and_nothing_of_it_stays_under_way(gateway: Gateway) -> None:
    gateway.vendor.fault("chat", "pause", times=None, after=5, ms=60_000)
    ends = asyncio.run(cut_streams(gateway))
    assert all(isinstance(end, httpx.TransportError) for end in ends)
    gateway.heal()
    gateway.live.wait(lambda: gateway.live.is_up("web"), "another process", "web")
    # All three tokens serve again, so none counts as busy for ever.
    assert [gateway.post().status_code for _ in range(6)] == [200] * 6
    gateway.live.manage(
        "shell",
        "-c",
        "from django.utils import timezone; from proxy import under_way;"
        "under_way.reap(timezone.now() + under_way.HEARD)",
    )
    assert sorted(outcomes(gateway)) == ["lost"] * STREAMS + ["ok"] * 6
    assert all(row["completion_tokens"] for row in gateway.rows())
    assert under_way.PROCESS_DIED in {row["error_code"] for row in gateway.rows()}


def test_its_first_process_takes_the_others_with_it(gateway: Gateway) -> None:
    web = gateway.live.processes.pop("web")
    [worker] = children(web.pid)
    web.kill()
    web.wait()
    gone = Path(f"/proc/{worker}")
    gateway.live.wait(lambda: not gone.exists(), "its child to end", patience=10)
