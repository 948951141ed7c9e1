"""One chat, from a token to the last event: turns, tries, blame.

A failure before the first event of an answer is tried once more with another token,
if that may help; the caller notices nothing. A token that is itself the trouble is no
try: the next one is asked until one serves. After the first event a failure is the
last event, but for a caller who waits for the whole answer: nothing was sent yet, so
it starts again.
"""

import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace
from typing import ParamSpec

from proxy.ahead import ahead
from proxy.blame import cause_of, verdict
from proxy.errors import Unavailable
from proxy.offload import in_database, shielded
from proxy.upstream.vocabulary import Event, Events, Failed, Heard, Restarted
from tokens.choosing import Nothing, Wanted
from tokens.models import Team
from tokens.pool import POOL, Lease, Pool

logger = logging.getLogger(__name__)
P = ParamSpec("P")
Open = Callable[[Lease], AbstractAsyncContextManager[Events]]
# Failures that are not a token's own: the first is tried again, the second is told.
FAILURES = 2


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
    answer in one piece. `wanted` says what the request needs of a token."""

    def __init__(
        self,
        team: Team,
        open_stream: Open,
        waits: Waits,
        *,
        whole: bool = False,
        wanted: Wanted | None = None,
        pool: Pool = POOL,
    ) -> None:
        self._team, self._open, self._waits = team, open_stream, waits
        self._whole, self._wanted, self._pool = whole, wanted or Wanted(), pool
        self._began = time.monotonic()
        self._told = False
        self._tried: set[int] = set()
        self._failures = 0
        self.token_id: int | None = None

    async def events(self) -> AsyncGenerator[Heard, None]:
        """The answer's events; None where there is only a sign of life to give.

        Ends with `Finished` or `Failed`, also when no token could be had at all.
        Raises Unavailable.
        """
        failed: Failed | None = None
        begun = False
        while isinstance(lease := await self._lease(), Lease):
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
            if (begun and not self._whole) or not self._may_go_on(failed):
                yield failed
                return
        blameless = failed is not None and not failed.blames_token
        yield failed if failed and blameless else verdict(lease, failed)

    def _may_go_on(self, failed: Failed) -> bool:
        self._failures += not failed.blames_token
        helps = failed.retryable and self._failures < FAILURES
        in_time = time.monotonic() - self._began < self._waits.tries
        return in_time and (failed.blames_token or helps)

    async def _lease(self) -> Lease | Nothing:
        wanted = replace(self._wanted, skip=self._tried)
        lease: Lease | Nothing | None
        lease = self._pool.lease_from_memory(self._team.pk, wanted)
        if lease is None:
            lease = await in_database(self._pool.lease, self._team, wanted)
        if isinstance(lease, Lease):
            self._tried.add(lease.token_id)
            self.token_id = lease.token_id
        return lease

    async def _attempt(self, lease: Lease) -> AsyncGenerator[Event | None, None]:
        """The token's state is noted on every way out, and the lease given back."""
        news = False
        try:
            async with ahead(self._open(lease)) as reader:
                while not reader.ended:
                    event = await reader.get(self._patience())
                    if isinstance(event, Failed):
                        news = await self._note_failure(lease, event)
                    elif event is not None and not news:
                        news = True
                        await self._note_answer(lease)
                    yield event
        finally:
            self._pool.release(lease)
            if not news and not self._pool.is_well(lease):
                await shielded(_noted(self._pool.gave_up, lease))

    async def _note_answer(self, lease: Lease) -> None:
        if not self._pool.is_well(lease):
            await _noted(self._pool.answered, lease)

    async def _note_failure(self, lease: Lease, failed: Failed) -> bool:
        cause = cause_of(failed)
        if cause is not None:
            await _noted(
                self._pool.failed, lease, cause, failed.message, failed.retry_after
            )
        return cause is not None

    def _patience(self) -> float:
        if self._told:
            return self._waits.again
        return max(self._began + self._waits.first - time.monotonic(), 0)


async def _noted(note: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Without the database a token's news is lost, and comes again with its next
    request: the answer under way must not break for it."""
    try:
        await in_database(note, *args, **kwargs)
    except Unavailable:
        logger.warning("What became of a token could not be noted.")
