"""The server's start and stop: what the gateway opened is closed at the end."""

import gc
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from proxy import connections, draining, offload, parent
from tokens.pool import POOL

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
# Seconds that records still under way may take when the server stops.
FINISH = 5
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def with_lifespan(app: App) -> App:
    """Answer ASGI's `lifespan` here; Django does not. All else goes to `app`."""

    async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        await receive()
        POOL.rename()
        draining.listen()
        watch = parent.watch()
        # What is loaded by now stays: the collector need not walk through it again.
        gc.collect()
        gc.freeze()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watch.cancel()
        await offload.finish(FINISH)
        await connections.close()
        await send({"type": "lifespan.shutdown.complete"})

    return application
