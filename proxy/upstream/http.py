"""One HTTP exchange with an upstream: its answer's bytes, and its faults by name."""

import asyncio
import contextlib
import math
import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from proxy.upstream.errors import (
    BadAnswer,
    CutStream,
    TimedOut,
    UnexpectedStatus,
    Unreachable,
    UpstreamError,
)

ERROR_BODY_LIMIT = 64 * 1024
# A compressed body is unpacked in steps of this size, so that a bomb of a few bytes
# never stands whole in memory.
STEP = 256 * 1024
# How long an ended answer may keep its connection before we hang up, in seconds.
# Reading to the end of the body lets the connection serve the next request.
DRAIN = 0.1
PLAIN_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


@asynccontextmanager
async def answer(
    http: httpx.AsyncClient, request: httpx.Request
) -> AsyncIterator[httpx.Response]:
    """The response once its headers are here; closed on every way out."""
    try:
        response = await http.send(request, stream=True)
    except httpx.TimeoutException as error:
        raise _no_answer(error) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Unreachable("The upstream could not be reached.") from error
    try:
        yield response
    finally:
        await response.aclose()


def _no_answer(error: httpx.TimeoutException) -> UpstreamError:
    if _was_dropped(error):
        return Unreachable("The upstream could not be reached.")
    return TimedOut("The upstream did not answer in time.")


def _was_dropped(error: httpx.TimeoutException) -> bool:
    # The aiohttp transport tells a connection that was refused or dropped as a
    # ConnectTimeout too; the cause shows which of them it was.
    waited = TimeoutError | httpcore.TimeoutException
    return error.__cause__ is not None and not isinstance(error.__cause__, waited)


async def pieces(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it arrives, unpacked. Raises TimedOut, CutStream or BadAnswer."""
    unpacked = _Unpacked(response.headers.get("content-encoding", ""))
    try:
        async for raw in response.aiter_raw():
            for piece in unpacked.steps(raw):
                yield piece
    except httpx.TimeoutException as error:
        raise TimedOut(
            "The upstream fell silent in the middle of its answer."
        ) from error
    except (httpx.HTTPError, OSError) as error:
        raise CutStream("The connection to the upstream broke.") from error
    if unpacked.is_cut():
        raise CutStream("The upstream's compressed answer stopped before its end.")


class _Unpacked:
    """HTTP's own compression. We ask for none, and some servers do it all the same."""

    def __init__(self, encoding: str) -> None:
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BadAnswer("The upstream compressed with a method we do not have.")
        # 32: gzip or zlib, whichever the bytes are.
        wbits = zlib.MAX_WBITS | 32
        packed = encoding not in ("", "identity")
        self._unzip = zlib.decompressobj(wbits) if packed else None

    def steps(self, raw: bytes) -> Iterator[bytes]:
        if self._unzip is None:
            yield raw
            return
        try:
            while raw:
                yield self._unzip.decompress(raw, STEP)
                raw = self._unzip.unconsumed_tail
        except zlib.error as error:
            raise BadAnswer("The upstream sent a body that is not gzip.") from error

    def is_cut(self) -> bool:
        return self._unzip is not None and not self._unzip.eof


async def beginning(response: httpx.Response, limit: int = ERROR_BODY_LIMIT) -> bytes:
    """As much of an error's body as is worth reading, and came."""
    body = bytearray()
    with contextlib.suppress(UpstreamError):
        async with aclosing(pieces(response)) as read:
            async for piece in read:
                body += piece
                if len(body) > limit:
                    break
    return bytes(body[:limit])


async def whole(response: httpx.Response, limit: int) -> bytes:
    """The whole body. Raises BadAnswer when it is larger than `limit` bytes."""
    body = bytearray()
    async with aclosing(pieces(response)) as read:
        async for piece in read:
            body += piece
            if len(body) > limit:
                raise BadAnswer("The upstream's answer is too large.")
    return bytes(body)


async def drain(rest: AsyncIterator[object]) -> None:
    """Read what is left after the end, for a moment."""
    with contextlib.suppress(TimeoutError, UpstreamError):
        async with asyncio.timeout(DRAIN):
            async for _ in rest:
                pass


def media_type(response: httpx.Response) -> str:
    said: str = response.headers.get("content-type", "")
    return said.split(";")[0].strip().lower()


def unexpected(response: httpx.Response) -> UnexpectedStatus:
    status = response.status_code
    message = f"The upstream answered with HTTP status {status}."
    if status == 464:
        message += " Its load balancer does not take this HTTP version on this path."
    return UnexpectedStatus(status, message, retry_after(response))


def retry_after(response: httpx.Response) -> int | None:
    """Seconds, rounded up: `retry-after-ms` first, then `retry-after` as a number or
    as a date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after"""
    told = response.headers.get("retry-after-ms", "")
    if (milliseconds := _number(told)) is not None:
        return math.ceil(milliseconds / 1000)
    told = response.headers.get("retry-after", "")
    if (seconds := _number(told)) is not None:
        return math.ceil(seconds)
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        at = parsedate_to_datetime(told)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, math.ceil((at - datetime.now(UTC)).total_seconds()))
    return None


def _number(told: str) -> float | None:
    return float(told) if PLAIN_NUMBER.fullmatch(told.strip()) else None
