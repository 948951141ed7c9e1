"""A caller who goes away must not keep the upstream busy."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.live import Product
from tests.proxy.gateway import HELLO, Gateway

pytestmark = pytest.mark.once


@pytest.fixture
def gateway(live: Product) -> Iterator[Gateway]:
    gateway = Gateway(live, live.auth_token)
    httpx.delete(f"{live.simulator_url}/_sim/requests").raise_for_status()
    yield gateway
    gateway.heal()


def hang_up_on_the_stream(gateway: Gateway, after: str) -> None:
    url, body = f"{gateway.url}/chat/completions", HELLO | {"stream": True}
    with httpx.stream("POST", url, json=body, headers=gateway.headers) as answer:
        for line in answer.iter_lines():
            if after in line:
                return
    raise AssertionError("The stream ended by itself.")


def upstream_request(gateway: Gateway) -> dict[str, Any]:
    """The one request that the simulator got, once it saw the hang-up."""

    def closed() -> bool:
        found = gateway.vendor.requests("chat")
        return bool(found) and found[0]["disconnected_at"] is not None

    gateway.live.wait(closed, "the upstream to be closed", patience=5)
    [request] = gateway.vendor.requests("chat")
    return request


@pytest.mark.parametrize("after", ['"role"', '"content"'])
def test_a_stream_is_closed_upstream_and_its_row_written(
    gateway: Gateway, after: str
) -> None:
    gateway.vendor.fault("chat", "pause", after=5, ms=60_000)
    hang_up_on_the_stream(gateway, after)
    upstream_request(gateway)
    gateway.live.wait(gateway.row, "the row", patience=5)
    row = gateway.row()
    assert (row["outcome"], row["status"], row["stream"]) == ("cancelled", 200, True)
    assert row["completion_tokens"] > 0


@pytest.mark.parametrize("fault", ["pause", "stall"])
def test_a_whole_answer_is_closed_upstream_and_its_row_written(
    gateway: Gateway, fault: str
) -> None:
    gateway.vendor.fault("chat", fault, ms=60_000)
    before = len(gateway.rows())
    with contextlib.suppress(httpx.ReadTimeout):
        httpx.post(
            f"{gateway.url}/chat/completions",
            json=HELLO,
            headers=gateway.headers,
            timeout=httpx.Timeout(5, read=1),
        )
    upstream_request(gateway)
    gateway.live.wait(lambda: len(gateway.rows()) > before, "the row", patience=5)
    row = gateway.row()
    assert (row["outcome"], row["status"], row["stream"]) == ("cancelled", 499, False)


def test_the_upstream_is_closed_within_a_second(gateway: Gateway) -> None:
    gateway.vendor.fault("chat", "pause", after=5, ms=60_000)
    hang_up_on_the_stream(gateway, '"content"')
    gone = time.time()
    assert upstream_request(gateway)["disconnected_at"] - gone < 1
