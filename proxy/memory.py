"""What was looked up a moment ago, so that a busy key costs no query per request."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Forgets after `seconds`, and the oldest first beyond `size`. Only what was found
    belongs in here: a refusal is looked up again each time."""

    def __init__(
        self,
        seconds: float,
        size: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds, self._size, self._clock = seconds, size, clock
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        found = self._kept.get(key)
        if found is None or self._clock() >= found[0]:
            return None
        return found[1]

    def put(self, key: K, value: V) -> V:
        self._kept.pop(key, None)
        self._kept[key] = self._clock() + self._seconds, value
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return value

    def clear(self) -> None:
        self._kept.clear()
