"""Reading an upstream ahead of the caller, without tying the two together.

A wait for the next event must be able to end without ending the upstream's stream,
and a caller who hangs up must end it at once. So the upstream lives in a task of its
own, from its opening to its closing, and hands its events over a short queue.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from proxy.upstream.vocabulary import Event, Events, Failed, Finished

logger = logging.getLogger(__name__)
# So many events may wait for a slow caller; then the upstream waits as well.
DEPTH = 64
# Seconds that an upstream has to leave its connection in good order.
LINGER = 0.5
BROKEN = Failed(500, "internal_error", "The gateway broke on the upstream's answer.")


class Reader:
    """The queue's end that the caller's side holds."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(DEPTH)
        self.ended = False

    async def get(self, seconds: float) -> Event | None:
        """The next event, or None if there was none in that time.

        The last one is `Finished` or `Failed`; do not ask after it.
        """
        try:
            event = self._queue.get_nowait()
        except asyncio.QueueEmpty:
            try:
                async with asyncio.timeout(seconds):
                    event = await self._queue.get()
            except TimeoutError:
                return None
        self.ended = isinstance(event, Finished | Failed)
        return event

    async def pump(self, source: AbstractAsyncContextManager[Events]) -> None:
        try:
            async with source as events:
                async for event in events:
                    await self._queue.put(event)
        except Exception:
            logger.exception("A bug of ours ended an upstream's stream.")
            await self._queue.put(BROKEN)


@asynccontextmanager
async def ahead(
    source: AbstractAsyncContextManager[Events],
) -> AsyncIterator[Reader]:
    """Leaving the block closes the upstream, and waits until it is closed."""
    reader = Reader()
    # Kept by this frame. A TaskGroup would have to be left in the task that entered
    # it, which an abandoned stream's generator is not.
    task = asyncio.ensure_future(reader.pump(source))
    try:
        yield reader
    finally:
        if reader.ended:
            await asyncio.wait({task}, timeout=LINGER)
        task.cancel()
        await asyncio.wait({task})
