"""Callers who read slowly, and a server that stops: seen from outside."""

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from bench.gateway import SET_UP, request, resident, worker_of
from tests.live import Product, product

pytestmark = pytest.mark.browser

MIB = 1024 * 1024
FRAME = b"\x00\x00\x00\x04\x03\x0a\x80\x08" + b"x" * 1024
CHUNK = b"%x\r\n%s\r\n" % (len(FRAME), FRAME)
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/connect+proto\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


class Flood:
    """An upstream that sends text without end, as fast as it is taken."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.sent = 0
        self.is_over = threading.Event()
        self._thread = threading.Thread(target=self._pour)
        self._thread.start()

    def _pour(self) -> None:
        with contextlib.suppress(OSError):
            caller, _ = self._server.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(HEAD)
                while True:
                    caller.sendall(CHUNK)
                    self.sent += len(CHUNK)
        self.is_over.set()

    def close(self) -> None:
        # A thread that waits in `accept` is not woken by `close` alone.
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.fixture
def flood() -> Iterator[Flood]:
    with contextlib.closing(Flood()) as flood:
        yield flood


@pytest.fixture
def web(flood: Flood) -> Iterator[Product]:
    with product("web") as live:
        url = f"http://127.0.0.1:{flood.port}"
        live.manage("shell", "-c", SET_UP.format(url=url))
        yield live


def standing_still(flood: Flood) -> int:
    """What the upstream got rid of, once it can send no more."""
    before, since = -1, time.monotonic()
    while time.monotonic() - since < 1:
        if flood.sent != before:
            before, since = flood.sent, time.monotonic()
        time.sleep(0.05)
    return before


def test_a_reader_who_stands_still_stops_the_upstream_and_costs_no_memory(
    web: Product, flood: Flood
) -> None:
    worker = worker_of(web.processes["web"].pid)
    before = resident(worker)
    port = int(web.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as caller:
        caller.sendall(request("gpt-4o", stream=True))
        assert caller.recv(100).startswith(b"HTTP/1.1 200")
        assert standing_still(flood) < 40 * MIB
        assert resident(worker) - before < 40
    assert flood.is_over.wait(5)


def test_a_server_that_stops_is_not_ready_first(web: Product) -> None:
    assert httpx.get(f"{web.url}/readyz").status_code == 200
    web.processes["web"].send_signal(signal.SIGTERM)
    told: list[str] = []

    def says_so() -> bool:
        answer = httpx.get(f"{web.url}/readyz")
        told.extend(answer.json()["reasons"])
        return answer.status_code == 503

    web.wait(says_so, "/readyz to say so", patience=5)
    assert told == ["the server is stopping"]
