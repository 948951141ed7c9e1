"""Writing the rows of requests that are over, many at a time.

Whoever ends while a write is under way waits for the next one, which takes all that
wait: the busier the gateway, the fewer the transactions. A row is in the table before
its caller gets the last byte, unless the database fails: then the row waits here.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import DatabaseError

from proxy.errors import Unavailable
from proxy.offload import in_database, keep

logger = logging.getLogger(__name__)
T = TypeVar("T")
AT_ONCE = 200
# Rows that may wait for a database; beyond, the oldest are lost.
MOST = 50_000
AGAIN = 1.0  # seconds
# So long a caller waits for its row while the database is gone.
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Waiting(Generic[T]):
    row: T
    written: "asyncio.Future[None]"


class Writer(Generic[T]):
    """`insert` writes some rows in one transaction; writing a row again is no harm.
    One per event loop."""

    def __init__(self, insert: Callable[[Sequence[T]], None]) -> None:
        self._insert = insert
        self._waiting: deque[Waiting[T]] = deque()
        self._is_running = False

    async def write(self, row: T) -> None:
        written = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(row, written))
        while len(self._waiting) > MOST:
            self._lose(self._waiting.popleft())
        if not self._is_running:
            self._is_running = True
            keep(self._run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(written), PATIENCE)

    async def _run(self) -> None:
        try:
            while self._waiting:
                count = min(AT_ONCE, len(self._waiting))
                await self._write([self._waiting.popleft() for _ in range(count)])
        finally:
            self._is_running = False

    async def _write(self, batch: list[Waiting[T]]) -> None:
        try:
            await in_database(self._insert, [waiting.row for waiting in batch])
        except Unavailable:
            self._waiting.extendleft(reversed(batch))
            logger.warning("The database is gone; %d rows wait.", len(self._waiting))
            await asyncio.sleep(AGAIN)
            return
        except DatabaseError:
            # One bad row must not take the others with it.
            if len(batch) > 1:
                for waiting in batch:
                    await self._write([waiting])
                return
            self._lose(batch[0])
        for waiting in batch:
            if not waiting.written.done():
                waiting.written.set_result(None)

    def _lose(self, waiting: Waiting[T]) -> None:
        logger.error("A row is lost: %r", waiting.row)
        if not waiting.written.done():
            waiting.written.set_result(None)
