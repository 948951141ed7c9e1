"""The way from the event loop to the database: one thread of its own per process.

The thread keeps its connection, and a request takes this way as seldom as it can.
Work that must be done even though its caller has gone is `shielded`.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from proxy.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")
# Seconds for one piece of work. Who comes while the thread has stood still for so
# long, as before a frozen server, waits for a moment only.
PATIENCE, IMPATIENCE = 10.0, 0.5
_thread = ThreadPoolExecutor(1, thread_name_prefix="gateway-database")
# The event loop itself keeps only weak references to its tasks.
_unfinished: set[asyncio.Future[None]] = set()


class Standing:
    """Since when the thread has been at its work; None while it has none."""

    since: float | None = None

    def patience(self) -> float:
        since = self.since
        stands = since is not None and time.monotonic() - since >= PATIENCE
        return IMPATIENCE if stands else PATIENCE


_standing = Standing()


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Raises Unavailable while the database does not answer. The work may be done
    twice: the second time on a new connection, where the first one was lost."""
    loop = asyncio.get_running_loop()
    job = loop.run_in_executor(_thread, _run, partial(work, *args, **kwargs))
    try:
        async with asyncio.timeout(_standing.patience()):
            return await job
    except (OperationalError, InterfaceError, TimeoutError) as error:
        raise Unavailable(
            "The gateway's database does not answer.", headers={"Retry-After": "5"}
        ) from error


def _run(work: Callable[[], R]) -> R:
    _standing.since = time.monotonic()
    try:
        return _twice(work)
    finally:
        _standing.since = None


def _twice(work: Callable[[], R]) -> R:
    try:
        return work()
    except (OperationalError, InterfaceError):
        if _is_usable():
            raise
        connection.close()
        return work()


def _is_usable() -> bool:
    try:
        return connection.connection is None or bool(connection.is_usable())
    except DatabaseError:
        return False


def keep(work: Coroutine[None, None, None]) -> asyncio.Future[None]:
    """Start it, and hold it until its end."""
    task = asyncio.ensure_future(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    return task


async def shielded(work: Coroutine[None, None, None]) -> None:
    """Run to the end even if the caller hangs up meanwhile."""
    await asyncio.shield(keep(work))


async def finish(seconds: float) -> None:
    """Wait for what is shielded, at most so long."""
    if _unfinished:
        await asyncio.wait(set(_unfinished), timeout=seconds)


async def close() -> None:
    """Give the thread's connection back; the next work opens another."""
    loop = asyncio.get_running_loop()
    # Looked up in the thread: elsewhere the name means another connection.
    await loop.run_in_executor(_thread, lambda: connection.close())
