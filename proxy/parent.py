"""A web process whose parent was killed must not live on: it would keep the port."""

import asyncio
import logging
import os
import signal

logger = logging.getLogger(__name__)
PERIOD = 1.0  # seconds


def watch() -> "asyncio.Task[None]":
    """The caller keeps the task, and cancels it when the process ends by itself."""
    return asyncio.ensure_future(_watch(os.getppid()))


async def _watch(parent: int) -> None:
    # A parent's end is no event that one could wait for everywhere.
    while os.getppid() == parent:  # noqa: ASYNC110
        await asyncio.sleep(PERIOD)
    logger.warning("The web role's first process is gone; this one ends as well.")
    os.kill(os.getpid(), signal.SIGTERM)
