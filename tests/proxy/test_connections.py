import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from proxy import connections
from proxy.lifespan import with_lifespan


@asynccontextmanager
async def server(answer: bytes) -> AsyncIterator[str]:
    """Answers every request with these bytes; the URL names what was asked last."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            asked.append(head.decode())
            writer.write(answer)
            await writer.drain()
            if b"Content-Length" not in answer:
                writer.close()
                return

    asked.clear()
    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = running.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.close()


asked: list[str] = []
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b; Path=/\r\n\r\nok"


async def test_a_loop_has_one_pair_until_it_is_closed() -> None:
    first = connections.clients()
    assert connections.clients() is first
    await connections.close()
    assert first.quick.is_closed
    assert first.multiplexed.is_closed
    assert connections.clients() is not first
    await connections.close()
    await connections.close()


async def test_a_cookie_of_one_token_never_travels_with_another() -> None:
    async with server(OK) as url, connections.new_clients() as clients:
        for _ in range(2):
            assert (await clients.quick.get(url)).text == "ok"
    assert len(asked) == 2
    assert "cookie" not in "".join(asked).lower()


async def test_neither_proxies_nor_redirects_are_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    moved = OK.replace(b"200 OK", b"302 Found\r\nLocation: http://127.0.0.1:9/")
    async with server(moved) as url, connections.new_clients() as clients:
        assert (await clients.quick.get(url)).status_code == 302


async def test_noise_instead_of_http_is_an_error_of_httpx() -> None:
    async with server(b"noise\r\n\r\n") as url, connections.new_clients() as clients:
        with pytest.raises(httpx.HTTPError):
            await clients.quick.get(url)


async def test_the_servers_stop_closes_the_client() -> None:
    received = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> Mapping[str, Any]:
        return received.pop(0)

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message["type"])

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        raise AssertionError("only requests come here")

    clients = connections.clients()
    await with_lifespan(app)({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert clients.quick.is_closed
