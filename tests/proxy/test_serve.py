"""How the web role stops; `tests/test_run.py` stops the whole product."""

import time
from typing import Any, cast

from proxy.management.commands.serve import Server


class Gone:
    pid = 2**22 + 1  # beyond the largest that a system gives


class Worker:
    """A worker process whose end is noticed some time after it was joined."""

    idx = 0
    inner = Gone()

    def __init__(self, ends_after: float) -> None:
        self._ends_after = ends_after
        self._told = self._killed = 0.0

    def terminate(self) -> None:
        self._told = self._told or time.monotonic()

    def is_alive(self) -> bool:
        ended = self._told and time.monotonic() > self._told + self._ends_after
        return not (self._killed or ended)

    def kill(self) -> None:
        self._killed = time.monotonic()

    def join(self, timeout: float | None = None) -> None:
        pass

    @property
    def lived(self) -> float:
        """Seconds from the stop to the kill; 0 if it ended by itself."""
        return self._killed and self._killed - self._told


def stop(*workers: Worker, grace: float) -> None:
    server = Server("config.asgi:application", workers_kill_timeout=1)
    server.grace, server.notice = grace, 0
    server.wrks.extend(cast(list[Any], workers))
    server._stop_workers()


def test_a_worker_that_ends_within_the_grace_is_not_killed() -> None:
    workers = Worker(0.05), Worker(0.2)
    stop(*workers, grace=5)
    assert [worker.lived for worker in workers] == [0, 0]


def test_a_worker_that_does_not_end_is_killed_after_the_grace() -> None:
    good, bad = Worker(0.05), Worker(60)
    stop(good, bad, grace=0.3)
    assert good.lived == 0
    assert 0.3 <= bad.lived < 2
