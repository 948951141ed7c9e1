"""Serves the app in this one process until told to stop."""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette

from simulator.state import State


class CannotListenError(Exception):
    """The port is in use, or the address is not one of this machine's."""


@dataclass(frozen=True, slots=True)
class Tls:
    """A second port that speaks TLS, and offers HTTP/2 there."""

    port: int
    certificate: Path
    key: Path


def run(
    app: Starlette,
    host: str,
    port: int,
    ready: Callable[[], None],
    tls: Tls | None = None,
) -> None:
    """Blocks until SIGTERM or SIGINT; answers under way are dropped then."""
    for one in (port, *([tls.port] if tls else [])):
        _check_free(host, one)
    asyncio.run(_serve(app, host, port, ready, tls))


async def _serve(
    app: Starlette,
    host: str,
    port: int,
    ready: Callable[[], None],
    tls: Tls | None,
) -> None:
    def stop() -> None:
        for server in servers:
            server.stop()  # type: ignore[no-untyped-call]
        state.player.hang_up()

    state: State = app.state.simulator
    servers = [_server(app, host, port)]
    if tls:
        servers.append(_server(app, host, tls.port, tls))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(_when_listening(host, tls.port if tls else port, ready))
        for server in servers:
            group.create_task(server.serve())


def _server(app: Starlette, host: str, port: int, tls: Tls | None = None) -> Server:
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        log_enabled=False,
        backlog=1024,
        # It counts open connections, idle ones too: the default of 128 would
        # leave the next caller waiting until one of them is closed.
        backpressure=8192,
        ssl_cert=tls.certificate if tls else None,
        ssl_key=tls.key if tls else None,
    )


async def _when_listening(host: str, port: int, ready: Callable[[], None]) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        ready()
        return


def _check_free(host: str, port: int) -> None:
    # The server itself shares its port with others that allow it, so it would
    # start beside another one without a word.
    with socket.socket(_family(host)) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise CannotListenError(_sentence(host, port, error)) from error


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        choose = "choose another with --port or SIMULATOR_PORT"
        return f"Port {port} on {host} is already in use: {choose}."
    return f"The simulator cannot listen on {host} port {port}: {error.strerror}."


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
