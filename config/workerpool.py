"""Celery's pool of processes, which lives on when one of them is killed while it waits.

With the queue of files the processes of a worker share one pipe, and the one that waits
for work holds a lock. Billiard's is a semaphore: killed with it, by an administrator or
for want of memory, a process takes it along, and the worker waits for ever.
"""

import fcntl
import tempfile
from types import TracebackType
from typing import Any

from celery.concurrency import prefork


class ProcessLock:
    """Between processes, not threads. The kernel gives it back when its holder ends."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as we)

    def acquire(self) -> bool:
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class BlockingPool(prefork.TaskPool.BlockingPool):  # type: ignore[misc]
    def _setup_queues(self) -> None:
        super()._setup_queues()
        self._inqueue._rlock = ProcessLock()
        self._outqueue._wlock = ProcessLock()


class TaskPool(prefork.TaskPool):  # type: ignore[misc]
    """With Redis each process has a pipe of its own; that pool is as it was."""

    BlockingPool: Any = BlockingPool
