"""The simulator as a process of its own, with its pages made ready beforehand."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests import environment
from tests.servers import free_port

PATIENCE = 300  # seconds
KEY = "bench"


@contextmanager
def vendor(people: int, days: int, load: str) -> Iterator[str]:
    """The URL; `days` whole days before today are rendered, without a rate limit."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = f"simulate --port {port} --people {people} --days {days + 1} --key {KEY}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command.split()]
        + ["--load", load, "--prerender", str(days)],
        cwd=environment.ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(process, f"{url}/_sim/health")
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit("The simulator did not come up.")
