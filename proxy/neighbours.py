"""While this process is busy it tells the others, once a second, how busy and with
which requests."""

import asyncio
import logging
import weakref

from django.db import DatabaseError

from proxy import under_way, usage
from proxy.errors import Unavailable
from proxy.offload import in_database
from tokens.pool import POOL

logger = logging.getLogger(__name__)
PERIOD = 1.0  # seconds
_telling: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = (
    weakref.WeakKeyDictionary()
)


def tell() -> None:
    """Called with each request; one task per event loop does the rest."""
    loop = asyncio.get_running_loop()
    task = _telling.get(loop)
    if task is None or task.done():
        _telling[loop] = asyncio.ensure_future(_tell_until_idle())


async def _tell_until_idle() -> None:
    busy = True
    while busy:
        await asyncio.sleep(PERIOD)
        try:
            busy = await in_database(POOL.publish) or bool(usage.OPEN)
            news = under_way.news()
            await in_database(under_way.tell, POOL.process, news, POOL.clock())
        except (Unavailable, DatabaseError):
            logger.warning("The other processes cannot be told how busy this one is.")
