"""How long the pages wait for a request's body: Django itself waits without an end.

Silence ends it, and so does a body that comes byte by byte. Whoever sends much may
take long over it.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proxy.answering import Send
from proxy.asking import Receive
from proxy.lifespan import App

# Seconds without a byte; seconds for every body, and bytes a second beyond them.
SILENCE, PATIENCE, PACE = 30.0, 60.0, 10_000
SENTENCE = b"The request's body did not arrive in time.\n"


@dataclass(slots=True)
class Body:
    """A body on its way to Django; too slow a caller counts as one who hung up."""

    receive: Receive
    size: int = 0
    is_whole: bool = False
    is_late: bool = False

    async def next(self, since: float) -> Mapping[str, Any]:
        if self.is_whole:
            return await self.receive()
        left = since + PATIENCE + self.size / PACE - time.monotonic()
        try:
            async with asyncio.timeout(min(SILENCE, left)):
                message = await self.receive()
        except TimeoutError:
            self.is_late = self.is_whole = True
            return {"type": "http.disconnect"}
        self.size += len(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        return message


def patient(pages: App) -> App:
    """`pages`, which wait for a body only so long; then the caller is told 408."""

    async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body, since = Body(receive), time.monotonic()
        await pages(scope, lambda: body.next(since), send)
        if body.is_late:
            await _refuse(send)

    return application


async def _refuse(send: Send) -> None:
    """Django answers nobody who hung up, so nothing was sent before."""
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 408, "headers": headers})
    await send({"type": "http.response.body", "body": SENTENCE})
