"""The buckets in small files, for the processes of one machine that have no Redis.

Each bucket is one file with its log of moments, read and written under a lock of the
operating system's, which a killed process gives back.
"""

import fcntl
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dashboard.adminapi.pacestore import LEEWAY, MINUTE, Clock, Curb

_UNSAFE = re.compile(r"[^a-zA-Z0-9_.-]")


class Bucket(msgspec.Struct):
    """`moments`: when requests were made in the last minute, Unix seconds, oldest
    first."""

    moments: list[float] = []
    curb: Curb | None = None


@dataclass(frozen=True)
class InFiles:
    """Raises OSError when the folder cannot be written."""

    folder: Path
    now: Clock = time.time

    def take(self, key: str, limit: int) -> float:
        with self._bucket(key) as bucket:
            now = self.now()
            # What lies ahead was written before the clock was set back.
            lately = [at for at in bucket.moments if 0 <= now - at < MINUTE]
            bucket.moments = lately
            if len(lately) < limit:
                lately.append(now)
                return 0.0
            return min(lately[-limit] + MINUTE - now + LEEWAY, MINUTE)

    def curb(self, key: str) -> Curb | None:
        with self._bucket(key) as bucket:
            return bucket.curb

    def set_curb(self, key: str, curb: Curb, seconds: int) -> None:
        with self._bucket(key) as bucket:
            bucket.curb = curb

    @contextmanager
    def _bucket(self, key: str) -> Iterator[Bucket]:
        """Nobody else has it meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _UNSAFE.sub("_", key)).open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            before = file.read()
            bucket = _read(before)
            yield bucket
            if (after := msgspec.json.encode(bucket)) != before:
                file.truncate(0)
                file.write(after)


def _read(text: bytes) -> Bucket:
    """A file that is new, or was being written when its process was killed, starts
    again: at worst a minute holds a few requests too many."""
    try:
        return msgspec.json.decode(text, type=Bucket)
    except msgspec.DecodeError:
        return Bucket()
