"""Where the buckets are kept: in this process, or in Redis for every one of them; for
those of one machine without Redis see pacefiles.py.

The `limits` library keeps the log of moments. Its storages are used directly and not
through its strategies: those put the limit into the key, and ours changes.
"""

import logging
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec
from limits.storage import MemoryStorage, MovingWindowSupport, RedisStorage
from redis import Redis, RedisError

log = logging.getLogger(__name__)
MINUTE = 60
# The way to the vendor is not always equally long; two requests that leave a minute
# apart must not arrive closer than that.
LEEWAY = 0.5
REDIS_TIMEOUT = 2.0
PREFIX = "teamgauge-pace"


class Curb(msgspec.Struct, frozen=True):
    """What a 429 left behind: the rate from `at` on, and no request before `until`.
    Both are Unix seconds."""

    rate: int
    at: float
    until: float


class Store(Protocol):
    def take(self, key: str, limit: int) -> float:
        """Zero and one request taken, or the seconds until one may be free."""

    def curb(self, key: str) -> Curb | None: ...

    def set_curb(self, key: str, curb: Curb, seconds: int) -> None:
        """Kept for at least so many seconds."""


Clock = Callable[[], float]
T = TypeVar("T")


def _take(storage: MovingWindowSupport, key: str, limit: int, now: Clock) -> float:
    if storage.acquire_entry(key, limit, MINUTE):
        return 0.0
    oldest, _ = storage.get_moving_window(key, limit, MINUTE)
    return min(max(oldest + MINUTE - now(), 0) + LEEWAY, MINUTE)


class InMemory:
    def __init__(self, now: Clock = time.time) -> None:
        self._windows = MemoryStorage()
        self._curbs: dict[str, Curb] = {}
        self._now = now

    def take(self, key: str, limit: int) -> float:
        return _take(self._windows, key, limit, self._now)

    def curb(self, key: str) -> Curb | None:
        return self._curbs.get(key)

    def set_curb(self, key: str, curb: Curb, seconds: int) -> None:
        self._curbs[key] = curb


class InRedis:
    """Raises RedisError while Redis is gone."""

    def __init__(self, url: str, now: Clock = time.time) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT
        )
        pool = self._redis.connection_pool
        self._windows = RedisStorage(url, key_prefix=PREFIX, connection_pool=pool)
        self._now = now

    def take(self, key: str, limit: int) -> float:
        return _take(self._windows, key, limit, self._now)

    def curb(self, key: str) -> Curb | None:
        kept = self._redis.get(f"{PREFIX}:{key}:curb")
        if not isinstance(kept, bytes):
            return None
        return msgspec.json.decode(kept, type=Curb)

    def set_curb(self, key: str, curb: Curb, seconds: int) -> None:
        name = f"{PREFIX}:{key}:curb"
        self._redis.set(name, msgspec.json.encode(curb), ex=seconds)


class Shared:
    """What the processes share while it is there, else memory: a sync goes on without
    it, and asks for it again after a minute."""

    def __init__(self, shared: Store, own: Store, now: Clock = time.time) -> None:
        self._shared, self._own, self._now = shared, own, now
        self._asked_again_at = 0.0
        self._is_gone = False

    def take(self, key: str, limit: int) -> float:
        return self._with(lambda store: store.take(key, limit))

    def curb(self, key: str) -> Curb | None:
        return self._with(lambda store: store.curb(key))

    def set_curb(self, key: str, curb: Curb, seconds: int) -> None:
        self._with(lambda store: store.set_curb(key, curb, seconds))

    def _with(self, ask: Callable[[Store], T]) -> T:
        if self._now() < self._asked_again_at:
            return ask(self._own)
        try:
            answer = ask(self._shared)
        except (RedisError, OSError) as error:
            self._missed(error)
            return ask(self._own)
        self._is_gone = False
        return answer

    def _missed(self, error: Exception) -> None:
        self._asked_again_at = self._now() + MINUTE
        if not self._is_gone:
            log.warning(
                "The count of requests cannot be shared (%s): each process keeps to "
                "the Admin API's rate limits by itself.",
                type(error).__name__,
            )
        self._is_gone = True
