"""How fast a team's Admin API may be asked, and what a 429 changes about that.

The vendor counts requests per team, endpoint family and minute. So do we, in one log
of moments per team and family; a lower priority sees a smaller limit on the same log,
so it leaves the rest of each minute to the higher ones. A 429 halves the family's
limit; every five minutes without another one give a request per minute back.

Nothing here sleeps: each answer is a number of seconds to wait.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from dashboard.adminapi.pacestore import MINUTE, Curb, Store

RECOVERY = 300.0
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
JITTER = 5.0


class Priority(StrEnum):
    """Who asks. The names of Celery's queues."""

    USER = "user"
    HOURLY = "hourly"
    BACKFILL = "backfill"


# Per cent of a minute's requests that each priority may use up.
SHARES = {Priority.USER: 100, Priority.HOURLY: 80, Priority.BACKFILL: 50}


class Family(NamedTuple):
    """Endpoints that the vendor counts together. `rate`: requests per minute."""

    name: str
    rate: int


# The vendor's page on rate limits. Where generations of it differ, the newest for
# reading; for writing the older, smaller figure. An unknown path gets the lowest.
OTHER = Family("other", 20)
FAMILIES = (
    ("/teams/filtered-usage-events", Family("events", 60)),
    ("/teams/user-spend-limit", Family("spend-limit", 60)),
    ("/teams/remove-member", Family("remove-member", 50)),
    ("/analytics/ai-code/commits", Family("ai-commits", 20)),
    ("/analytics/ai-code/changes", Family("ai-changes", 20)),
    ("/analytics/team/conversation-insights", Family("insights", 20)),
    ("/analytics/by-user/", Family("analytics-by-user", 50)),
    ("/analytics/", Family("analytics", 100)),
)


def family_of(path: str) -> Family:
    return next((f for start, f in FAMILIES if path.startswith(start)), OTHER)


class Pacer(Protocol):
    def acquire(self, path: str) -> float:
        """Zero: ask now. Else nothing was taken: come again after these seconds."""

    def throttled(self, path: str, retry_after: float | None) -> float:
        """A 429 came, with what `Retry-After` said. The seconds to wait."""


def pause_of(retry_after: float | None, now: float, jitter: float) -> float:
    """Without a word from the vendor, until its next minute begins and a little more,
    for the workers not to come back all at once; that is never over a minute."""
    if retry_after is None:
        return min(MINUTE - now % MINUTE + jitter, float(MINUTE))
    return min(max(retry_after, SHORTEST_PAUSE), LONGEST_PAUSE)


def some_jitter() -> float:
    return random.uniform(0, JITTER)


@dataclass(frozen=True)
class Unpaced:
    """No bucket of our own: the vendor's 429 is all that slows us down."""

    now: Callable[[], float] = time.time
    jitter: Callable[[], float] = some_jitter

    def acquire(self, path: str) -> float:
        return 0.0

    def throttled(self, path: str, retry_after: float | None) -> float:
        return pause_of(retry_after, self.now(), self.jitter())


@dataclass(frozen=True)
class Paced:
    """One team's buckets, as one priority sees them. `team` names the team, not its
    key: the vendor counts two keys of a team together."""

    store: Store
    team: str
    priority: Priority = Priority.HOURLY
    now: Callable[[], float] = time.time
    jitter: Callable[[], float] = some_jitter

    def acquire(self, path: str) -> float:
        family = family_of(path)
        key, now = self._key(family), self.now()
        curb = self.store.curb(key)
        if curb is not None and curb.until > now:
            return curb.until - now
        return self.store.take(key, ceiling(rate(family, curb, now), self.priority))

    def throttled(self, path: str, retry_after: float | None) -> float:
        """The 429s of requests that were on their way together halve once."""
        family = family_of(path)
        key, now = self._key(family), self.now()
        pause = pause_of(retry_after, now, self.jitter())
        curb = self.store.curb(key)
        if curb is not None and curb.until > now:
            changed = Curb(curb.rate, now, max(curb.until, now + pause))
        else:
            halved = max(rate(family, curb, now) // 2, 1)
            changed = Curb(halved, now, now + pause)
        self.store.set_curb(key, changed, _lasting(family, changed))
        return pause

    def _key(self, family: Family) -> str:
        return f"{self.team}:{family.name}"


def rate(family: Family, curb: Curb | None, now: float) -> int:
    """Requests per minute now, up to the documented figure."""
    if curb is None:
        return family.rate
    return min(family.rate, curb.rate + int(max(now - curb.at, 0) // RECOVERY))


def ceiling(per_minute: int, priority: Priority) -> int:
    """At least one: a curbed family must not stop a backfill for good."""
    return max(per_minute * SHARES[priority] // 100, 1)


def _lasting(family: Family, curb: Curb) -> int:
    """Seconds until the curb has nothing to say any more."""
    return int((family.rate - curb.rate + 1) * RECOVERY + LONGEST_PAUSE)
