"""`manage.py serve`: the web role alone."""

import contextlib
import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import MPServer

from proxy import draining
from tokens import ports

# A stream that is still being answered at a stop gets this long, in seconds.
GRACE = 20
# Seconds from the first “not ready” until no more connections are taken.
NOTICE = 1.0
# Open connections of one process, idle ones too; the next caller would wait until one
# of them is closed.
OPEN = 8192
# Seconds until a request's head is there, and until an idle connection is closed.
HEAD = 30
# Bytes of a head, and of what waits for a slow reader: once per connection.
BUFFER = 128 * 1024


class Command(BaseCommand):
    help = "Run the web role alone: the dashboard's pages and the gateway."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--processes", type=int, default=settings.WEB_PROCESSES)

    def handle(self, *args: Any, **options: Any) -> None:
        host, port, processes = options["host"], options["port"], options["processes"]
        if processes < 1:
            raise CommandError("--processes must be 1 or more.")
        if processes > 1 and not settings.REDIS_URL:
            raise CommandError(
                f"{processes} web processes cannot share counters without Redis: "
                "set REDIS_URL, or --processes 1."
            )
        if sentence := ports.trouble(host, port):
            raise CommandError(sentence)
        serve(host, port, processes)


class Server(MPServer):
    """A worker process that dies is replaced at once. One that dies again within
    seconds ends the role: then something is wrong that a new process has as well.

    Granian looks once whether a worker process has ended, and may look before its
    own watcher has noticed: it then says that it kills one that ended well. And the
    grace is there for each worker, not for the first only."""

    grace: float = GRACE
    notice: float = NOTICE

    def _respawn_workers(self, workers: list[int], *rest: Any, **options: Any) -> None:
        """Of several that die together Granian may hear too late for its list."""
        known: list[Any] = self.wrks
        dead = {index for index, w in enumerate(known) if not w.is_alive()}
        super()._respawn_workers(sorted(dead.union(workers)), *rest, **options)

    def _stop_workers(self) -> None:
        workers: list[Any] = self.wrks
        self._tell(workers)
        for worker in workers:
            worker.terminate()
        deadline = time.monotonic() + self.grace
        while time.monotonic() < deadline and any(w.is_alive() for w in workers):
            time.sleep(0.02)
        self.workers_kill_timeout = 1  # Left for those that will not end.
        super()._stop_workers()  # type: ignore[no-untyped-call]

    def _tell(self, workers: list[Any]) -> None:
        """`/readyz` says that it is over, for a moment in which all still works."""
        if draining.SIGNAL is None:
            return
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.inner.pid, draining.SIGNAL)
        time.sleep(self.notice)


def serve(host: str, port: int, processes: int) -> None:
    """Blocks until SIGTERM or SIGINT; exits with 1 if worker processes keep dying."""
    _, (address, _) = ports.resolve(host, port)
    Server(
        "config.asgi:application",
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        websockets=False,
        # While it waits to see which HTTP it is, Granian has no timeout.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD * 1000, max_buffer_size=BUFFER
        ),
        backpressure=OPEN,
        workers_kill_timeout=GRACE,
        respawn_failed_workers=True,
    ).serve()
