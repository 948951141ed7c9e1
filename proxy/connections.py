"""The HTTP clients to the upstreams, one pair per process and event loop."""

import asyncio
import ssl
import weakref
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

TIMEOUT = httpx.Timeout(connect=10, read=120, write=30, pool=10)
# aiohttp means 100 when it is told nothing; streams hold their connection for long.
MAX_CONNECTIONS = 8192


@dataclass(frozen=True, slots=True)
class Clients:
    """`quick` is aiohttp's HTTP/1.1. `multiplexed` is httpx's own transport: HTTP/2
    where TLS offers it, else HTTP/1.1."""

    quick: httpx.AsyncClient
    multiplexed: httpx.AsyncClient

    async def aclose(self) -> None:
        await self.quick.aclose()
        await self.multiplexed.aclose()

    async def __aenter__(self) -> "Clients":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Clients] = (
    weakref.WeakKeyDictionary()
)


class NamedErrors(AiohttpTransport):
    """Gives httpx's name to the few aiohttp errors that the transport lets through."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response: httpx.Response = await super().handle_async_request(request)
        except aiohttp.ClientError as error:
            raise httpx.RemoteProtocolError(type(error).__name__) from error
        return response


def clients() -> Clients:
    """The running loop's clients; made when first asked for."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = new_clients()
    return _clients[loop]


async def close() -> None:
    """Close the running loop's clients, if there are any."""
    if found := _clients.pop(asyncio.get_running_loop(), None):
        await found.aclose()


def new_clients(
    timeout: httpx.Timeout = TIMEOUT, verify: ssl.SSLContext | bool = True
) -> Clients:
    """No environment proxies, no redirects, no cookies. `verify` is whom to trust."""
    limits = httpx.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=60)
    quick = NamedErrors(verify=verify, trust_env=False, limits=limits)
    quick.client = lambda: _session(limits, quick.ssl_context)
    multiplexed = httpx.AsyncHTTPTransport(
        verify=verify, trust_env=False, limits=limits, http2=True
    )
    return Clients(_client(quick, timeout), _client(multiplexed, timeout))


def _client(
    transport: httpx.AsyncBaseTransport, timeout: httpx.Timeout
) -> httpx.AsyncClient:
    """Requests of all tokens share the client: a cookie that the vendor sets for one of
    them must not travel with another."""
    return httpx.AsyncClient(
        transport=transport,
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def _session(limits: httpx.Limits, ssl_context: Any) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=limits.max_connections or 0,
        keepalive_timeout=limits.keepalive_expiry,
        ssl=ssl_context,
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    )
