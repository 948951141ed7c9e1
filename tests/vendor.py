"""The simulator as a process of its own, and the knobs that a test turns on it."""

import os
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import certificate, environment
from tests.servers import free_port

KEY = "key-of-the-vendor-tests"
PEOPLE, DAYS = 8, 20
PATIENCE = 60


@dataclass
class Vendor:
    """A running simulator. Its clock stands still, so that two walks see the same."""

    url: str
    key: str = field(default=KEY, repr=False)
    tls_url: str = ""
    trust: ssl.SSLContext | bool = True

    def fault(
        self, endpoint: str, fault: str, times: int | None = 1, **options: Any
    ) -> None:
        self._post(
            "faults",
            {"endpoint": endpoint, "fault": fault, "times": times, "options": options},
        )

    def heal(self) -> None:
        httpx.delete(f"{self.url}/_sim/faults").raise_for_status()

    def limit(self, limits: dict[str, int] | str | None, form: str = "none") -> None:
        """Requests per minute by endpoint, "documented", or None for no limit."""
        url = f"{self.url}/_sim/limits"
        query = {"retry_after": form}
        httpx.post(url, json=limits, params=query).raise_for_status()

    def set_clock(self, now: datetime | None) -> None:
        self._post("clock", {"now_ms": now and int(now.timestamp() * 1000)})

    def totals(self, start: date, end: date) -> list[dict[str, Any]]:
        """The oracle: rows as `usage_report` prints them, from the simulated world."""
        query = {"start": start.isoformat(), "end": end.isoformat()}
        answer = httpx.get(f"{self.url}/_sim/totals", params=query).raise_for_status()
        rows: list[dict[str, Any]] = answer.json()
        return rows

    def requests(self, kind: str = "admin") -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/_sim/requests", params={"kind": kind})
        rows: list[dict[str, Any]] = answer.raise_for_status().json()
        return rows

    def _post(self, name: str, body: dict[str, Any]) -> None:
        httpx.post(f"{self.url}/_sim/{name}", json=body).raise_for_status()


@pytest.fixture(scope="session")
def running_vendor() -> Iterator[Vendor]:
    port, tls_port = free_port(), free_port()
    arguments = f"simulate --port {port} --people {PEOPLE} --days {DAYS} --key {KEY}"
    with tempfile.TemporaryDirectory(prefix="teamgauge-vendor-") as folder:
        paths = certificate.write(Path(folder))
        arguments += f" --tls-port {tls_port} --certificate {paths[0]}"
        arguments += f" --certificate-key {paths[1]}"
        vendor = Vendor(
            f"http://127.0.0.1:{port}",
            tls_url=f"https://127.0.0.1:{tls_port}",
            trust=certificate.trusting(paths[0]),
        )
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments.split()],
            cwd=environment.ROOT,
            env=os.environ | environment.product(Path(folder)),
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(vendor, process)
            yield vendor
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def vendor(running_vendor: Vendor, now: datetime) -> Iterator[Vendor]:
    """Healthy, at the time of the `now` fixture."""
    running_vendor.set_clock(now)
    yield running_vendor
    running_vendor.heal()
    running_vendor.limit(None)
    running_vendor.set_clock(None)


@pytest.fixture(scope="session")
def now() -> datetime:
    """Yesterday evening: the simulator's history ends today, so it is all there."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return yesterday.replace(hour=18, minute=30, second=0, microsecond=0)


def _wait_for(vendor: Vendor, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"The simulator ended with {process.returncode}.")
        try:
            httpx.get(f"{vendor.url}/_sim/health").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError("The simulator did not come up.")
