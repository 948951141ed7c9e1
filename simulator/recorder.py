"""The last requests that came in, for tests to look at."""

import time
from collections import deque
from dataclasses import asdict, dataclass, field

_MOST = 1000


@dataclass(slots=True)
class Entry:
    """Times are seconds since 1970 of the real clock, not of the world's."""

    kind: str
    method: str
    path: str
    headers: dict[str, str]
    body: object = None
    http_version: str = ""
    received_at: float = field(default_factory=time.time)
    disconnected_at: float | None = None

    def disconnected(self) -> None:
        if self.disconnected_at is None:
            self.disconnected_at = time.time()


class Recorder:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_MOST)

    def add(self, entry: Entry) -> Entry:
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        self._entries.clear()

    def as_json(self, kind: str | None) -> list[dict[str, object]]:
        return [asdict(e) for e in self._entries if kind in (None, e.kind)]
