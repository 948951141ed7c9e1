"""The vendor's requests per minute, refused with 429 when they are used up.

Off until somebody switches them on. They are counted per key, endpoint and
minute of the simulator's clock: while it stands still, a minute never ends.
Refused requests do not count.
"""

import math
from collections import Counter
from collections.abc import Mapping

from simulator.answers import http_date
from simulator.asking import RefusedError

MINUTE_MS = 60_000
OTHER = "other"
DOCUMENTED = {"events": 60, "limit": 250, OTHER: 20}
FORMS = ("none", "seconds", "date")


class RateLimits:
    def __init__(self) -> None:
        self.limits: dict[str, int] = {}
        self.form = "none"
        self._minute = 0
        self._used = Counter[tuple[str, str]]()

    def switch(self, limits: Mapping[str, int] | None, form: str = "none") -> None:
        if form not in FORMS:
            raise ValueError(f"retry_after is one of {', '.join(FORMS)}")
        self.limits, self.form = dict(limits or {}), form
        self._used.clear()

    def check(self, endpoint: str, key: str, now_ms: int) -> None:
        """Takes one, or raises when none is left in this minute."""
        limit = self.limits.get(endpoint, self.limits.get(OTHER))
        if limit is None:
            return
        if self._minute != now_ms // MINUTE_MS:
            self._minute = now_ms // MINUTE_MS
            self._used.clear()
        if self._used[key, endpoint] >= limit:
            raise self._refusal(math.ceil((MINUTE_MS - now_ms % MINUTE_MS) / 1000))
        self._used[key, endpoint] += 1

    def _refusal(self, seconds: int) -> RefusedError:
        forms = {"seconds": str(seconds), "date": http_date(seconds)}
        headers = {"retry-after": forms[self.form]} if self.form in forms else {}
        return RefusedError(429, "Too Many Requests", "Rate limit exceeded", headers)
