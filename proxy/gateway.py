"""The gateway's front: all that lies below `/v1` is answered here, in OpenAI's shape.

It stands before Django and its middlewares, which are for pages. Every answer carries
a request id, and a wrong key is told before anything else that is wrong.
"""

import asyncio
import logging
import re
import time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from proxy import auth, cors, views
from proxy.answering import Answer, Send, Streaming, send_stream, send_whole
from proxy.asking import HungUp, Receive, Request
from proxy.errors import (
    BadRequest,
    GatewayError,
    UnknownPath,
    WrongMethod,
    new_request_id,
)
from proxy.lifespan import App

logger = logging.getLogger(__name__)
BROKEN = "Something broke on our side."
READS = ("GET", "HEAD")
_V1 = re.compile(r"/*v1(?!\w)")


def before(pages: App) -> App:
    """Answer what is the gateway's; all else goes to `pages`."""

    async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_ours(scope["path"], settings.ROUTE_PREFIX):
            await pages(scope, receive, send)
        else:
            await serve(Request(scope, receive), send)

    return application


@lru_cache
def _ours(prefix: str) -> re.Pattern[str]:
    roots = [re.escape(root) for root in ("v1", prefix.strip("/")) if root]
    return re.compile(rf"/*(?:{'|'.join(roots)})(?![\w.~-])")


def is_ours(path: str, prefix: str) -> bool:
    """Below `/v1` and below the prefix: there, answers are OpenAI-shaped, however odd
    the rest of the path is."""
    return _ours(prefix).match(path) is not None


async def serve(request: Request, send: Send) -> None:
    """A caller who hangs up ends the work at once, wherever it is."""
    work = asyncio.ensure_future(_serve(request, send))
    gone = asyncio.ensure_future(request.hung_up())
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
    if not work.cancelled():
        work.result()


async def _serve(request: Request, send: Send) -> None:
    began, request_id = time.monotonic(), new_request_id()
    try:
        answer = await _answer(request, request_id)
    except HungUp:
        return
    except GatewayError as error:
        answer = error.answer()
    except Exception:
        logger.exception("Request %s broke the gateway.", request_id)
        answer = GatewayError(BROKEN).answer()
    more = [
        (b"x-request-id", request_id.encode()),
        (b"openai-version", b"2020-10-01"),
        (b"openai-processing-ms", b"%d" % ((time.monotonic() - began) * 1000)),
        *cors.headers(request, settings.CORS_ALLOWED_ORIGINS),
    ]
    if isinstance(answer, Streaming):
        await send_stream(send, answer, more)
    else:
        await send_whole(send, answer, more, head=request.method == "HEAD")


async def _answer(request: Request, request_id: str) -> Answer | Streaming:
    if not _is_served(request.header(b"host"), tuple(settings.ALLOWED_HOSTS)):
        raise BadRequest("This host name is not in ALLOWED_HOSTS.")
    if answer := cors.preflight(request):
        return answer
    path = _inner(request.path, settings.ROUTE_PREFIX)
    if path is None:
        raise _unknown(request)
    caller = await auth.identify(request.header(b"authorization"), settings.AUTH_TOKEN)
    if path == "/v1/chat/completions":
        _allow(request, "POST")
        return await views.chat_completions(request, caller, request_id)
    if path == "/v1/openapi.json":
        _allow(request, *READS)
        return await views.description()
    if path == "/v1/models":
        _allow(request, *READS)
        return await views.models(caller)
    if path.startswith("/v1/models/") and len(path) > len("/v1/models/"):
        _allow(request, *READS)
        return await views.model(caller, path.removeprefix("/v1/models/"))
    raise _unknown(request)


def _unknown(request: Request) -> UnknownPath:
    return UnknownPath(f"There is nothing at {request.method} {request.path[:200]}.")


def _inner(path: str, prefix: str) -> str | None:
    """The path from `/v1` on; None beside it, where there is nothing to know."""
    inner = path.removeprefix(prefix)
    beside = prefix and inner == path
    return None if beside or not _V1.match(inner) else inner


def _allow(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise WrongMethod(request.method, ", ".join(methods))


@lru_cache(maxsize=1000)
def _is_served(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)
