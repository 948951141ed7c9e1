"""`manage.py serve`: the web role alone."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from granian import Granian
from granian.constants import Interfaces

from tokens import ports

# A stream that is still being answered at a stop gets this long, in seconds.
GRACE = 20


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


def serve(host: str, port: int, processes: int) -> None:
    """Blocks until SIGTERM or SIGINT; exits with 1 when a worker process dies."""
    _, (address, _) = ports.resolve(host, port)
    Granian(
        "config.asgi:application",
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        websockets=False,
        workers_kill_timeout=GRACE,
    ).serve()
