"""One chat, from a token to the last event: turns, tries, blame.

A failure before the first event of an answer is tried again with another token, if
that may help; the caller notices nothing. After it, a failure is the last event, but
for a caller who waits for the whole answer: nothing was sent yet, so it starts again.
Each token is tried once, and only failures that are not its own are counted.
"""

import time
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass

from asgiref.sync import sync_to_async

from proxy.ahead import ahead
from proxy.upstream.vocabulary import Event, Events, Failed, Heard, Restarted
from tokens import pool
from tokens.models import Team
from tokens.pool import Lease

Open = Callable[[Lease], AbstractAsyncContextManager[Events]]
# Failures that another token may not mend: so many, then the caller is told.
FAILURES = 3


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds until the caller is told to go on waiting: at first, and then again.

    The first one is how long a failure can still become a proper HTTP status. After
    `tries` seconds no other token is tried.
    """

    first: float = 10
    again: float = 15
    tries: float = 30


class Chat:
    """`token_id` is the token in use, for the record. `whole`: the caller gets the
    answer in one piece. `upstreams` are the ids of those that serve the request."""

    def __init__(
        self,
        team: Team,
        open_stream: Open,
        waits: Waits,
        *,
        whole: bool = False,
        upstreams: Collection[int] | None = None,
    ) -> None:
        self._team, self._open, self._waits = team, open_stream, waits
        self._whole, self._upstreams = whole, upstreams
        self._began = time.monotonic()
        self._told = False
        self._tried: set[int] = set()
        self._failures = 0
        self.token_id: int | None = None

    async def events(self) -> AsyncGenerator[Heard, None]:
        """The answer's events; None where there is only a sign of life to give.

        Ends with `Finished` or `Failed`, also when no token could be had at all.
        """
        failed: Failed | None = None
        begun = False
        while (lease := await self._lease()) is not None:
            if begun:
                begun = False
                yield Restarted()
            async with aclosing(self._attempt(lease)) as attempt:
                async for event in attempt:
                    if isinstance(event, Failed):
                        failed = event
                        break
                    begun = begun or event is not None
                    self._told = True
                    yield event
                else:
                    return
            await sync_to_async(blame)(lease, failed)
            if (begun and not self._whole) or not self._may_go_on(failed):
                break
        yield failed or await sync_to_async(_nothing_to_lease)(
            self._team, self._upstreams
        )

    def _may_go_on(self, failed: Failed) -> bool:
        self._failures += not failed.blames_token
        helps = failed.retryable and self._failures < FAILURES
        in_time = time.monotonic() - self._began < self._waits.tries
        return in_time and (failed.blames_token or helps)

    async def _lease(self) -> Lease | None:
        lease = await sync_to_async(pool.lease)(
            self._team, self._tried, self._upstreams
        )
        if lease is not None:
            self._tried.add(lease.token_id)
            self.token_id = lease.token_id
        return lease

    async def _attempt(self, lease: Lease) -> AsyncGenerator[Event | None, None]:
        async with ahead(self._open(lease)) as reader:
            while not reader.ended:
                yield await reader.get(self._patience())

    def _patience(self) -> float:
        if self._told:
            return self._waits.again
        return max(self._began + self._waits.first - time.monotonic(), 0)


def blame(lease: Lease, failed: Failed) -> None:
    """Note a failure with its token, if the token is to blame."""
    if failed.token_is_dead:
        pool.mark_dead(lease.token_id, failed.message)
    elif failed.blames_token:
        seconds = failed.retry_after or pool.COOL_DOWN
        pool.cool_down(lease.token_id, seconds, failed.message)


def _nothing_to_lease(team: Team, upstreams: Collection[int] | None) -> Failed:
    wait = pool.seconds_until_one_is_back(team, upstreams)
    return Failed(
        status=503,
        code="overloaded",
        message="No upstream token can serve this request now.",
        retryable=wait is not None,
        retry_after=wait,
    )
