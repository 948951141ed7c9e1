"""The one HTTP client to the upstreams, per process and event loop."""

import asyncio
import weakref
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

TIMEOUT = httpx.Timeout(connect=10, read=120, write=30, pool=10)
# aiohttp means 100 when it is told nothing; streams hold their connection for long.
MAX_CONNECTIONS = 1000

_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
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


def client() -> httpx.AsyncClient:
    """The running loop's client; made when first asked for."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = new_client()
    return _clients[loop]


async def close() -> None:
    """Close the running loop's client, if there is one."""
    if found := _clients.pop(asyncio.get_running_loop(), None):
        await found.aclose()


def new_client(timeout: httpx.Timeout = TIMEOUT) -> httpx.AsyncClient:
    """No environment proxies, no redirects, no cookies.

    Requests of all tokens share the client: a cookie that the vendor sets for one of
    them must not travel with another.
    """
    limits = httpx.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=60)
    transport = NamedErrors(trust_env=False, limits=limits)
    transport.client = lambda: _session(limits, transport.ssl_context)
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
