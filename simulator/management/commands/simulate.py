import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from simulator.app import make_app, make_world
from simulator.people import LOADS
from simulator.server import CannotListenError, Tls, run
from simulator.state import DEMO_KEY


class Command(BaseCommand):
    help = "Runs a local stand-in for the vendor's Admin API and chat upstream."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        port = getattr(settings, "SIMULATOR_PORT", 3001)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=port)
        parser.add_argument("--people", type=int, default=40)
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--key", default=DEMO_KEY)
        parser.add_argument("--chunk-delay-ms", type=float, default=15.0)
        parser.add_argument("--load", choices=LOADS, help="how much people work")
        parser.add_argument("--tls-port", type=int, help="a second port with HTTP/2")
        parser.add_argument("--certificate", type=Path, help="PEM file, for --tls-port")
        parser.add_argument("--certificate-key", type=Path, help="its key, PKCS #8")
        parser.add_argument(
            "--prerender",
            type=int,
            default=0,
            metavar="DAYS",
            help="make the pages of so many past days ready before serving",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port, people = options["host"], options["port"], options["people"]
        if people < 1 or options["days"] < 1:
            raise CommandError("--people and --days must be at least 1.")
        load = LOADS.get(options["load"], 1.0)
        world = make_world(options["seed"], people, options["days"], load=load)
        app = make_app(
            world,
            admin_key=options["key"],
            chunk_delay_ms=options["chunk_delay_ms"],
            prerender=options["prerender"],
            processes=os.cpu_count() or 1,
        )
        tls = _tls(options)
        try:
            run(app, host, port, lambda: self._say_ready(host, port, people), tls)
        except CannotListenError as error:
            raise CommandError(str(error)) from error
        # The server's threads outlive its loop; one that still closes a connection
        # while the interpreter is taken down aborts the process.
        self.stdout.flush()
        os._exit(0)

    def _say_ready(self, host: str, port: int, people: int) -> None:
        self.stdout.write(f"Simulator of {people} people ready on http://{host}:{port}")
        self.stdout.flush()


def _tls(options: dict[str, Any]) -> Tls | None:
    port, certificate = options["tls_port"], options["certificate"]
    if port is None:
        return None
    if certificate is None or options["certificate_key"] is None:
        raise CommandError("--tls-port needs --certificate and --certificate-key.")
    return Tls(port, certificate, options["certificate_key"])
