"""A real running product: its roles as processes, as the Procfile has them.

    with product("web", "simulator", "worker", "beat") as live:
        httpx.get(live.url)

Each product has its own folder, ports, database and Redis number, and ends with its
whole process groups. The `live` fixture is one with web and simulator per module.
"""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from honcho.environ import parse_procfile

from tests import environment
from tests.databases import own_servers
from tests.servers import free_port

PATIENCE = 60  # seconds for anything to come up
ADMIN_EMAIL = "admin@example.org"
ADMIN_PASSWORD = "a-Long-pass-phrase-7"
AUTH_TOKEN = "master-key-of-the-tests"
RUNNING: list["Product"] = []


@dataclass
class Product:
    url: str
    simulator_url: str
    data_dir: Path
    env: dict[str, str]
    admin_email: str = ADMIN_EMAIL
    admin_password: str = ADMIN_PASSWORD
    auth_token: str = AUTH_TOKEN
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def manage(self, *arguments: str, check: bool = True) -> str:
        """Runs a command of `manage.py` in the product's environment: its stdout."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=environment.ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if check and done.returncode:
            raise AssertionError(f"manage.py {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, role: str) -> None:
        procfile = (environment.ROOT / "Procfile").read_text(encoding="utf-8")
        command = shlex.split(parse_procfile(procfile).processes[role])
        with self.log(role).open("ab") as log:
            self.processes[role] = subprocess.Popen(
                command,
                cwd=environment.ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait(lambda: self.is_up(role), f"{role} to come up", role)

    def stop(self, role: str, number: int = signal.SIGTERM) -> None:
        """Ends a role with its children; SIGKILL is the crash of a whole machine."""
        process = self.processes.pop(role)
        _signal_group(process, number)
        # Who does not listen in time is ended like whoever is left of the group.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        _signal_group(process, signal.SIGKILL)
        process.wait()

    def is_up(self, role: str) -> bool:
        if role == "worker":
            return b" ready." in self.log(role).read_bytes()
        if role in ("web", "simulator"):
            url = self.url if role == "web" else self.simulator_url
            return _answers(f"{url}/healthz")
        return True

    def wait(
        self, until: Callable[[], object], what: str, role: str = "", patience: int = 0
    ) -> None:
        """Asks until the answer is true; the test fails when it takes too long."""
        deadline = time.monotonic() + (patience or PATIENCE)
        while not until():
            process = self.processes.get(role)
            if process is not None and process.poll() is not None:
                raise AssertionError(f"{role} ended with {process.returncode}.")
            if time.monotonic() > deadline:
                raise AssertionError(f"Waited too long for {what}.")
            time.sleep(0.05)

    def log(self, role: str) -> Path:
        return self.data_dir / f"{role}.log"


@contextmanager
def product(*roles: str, **given: str) -> Iterator[Product]:
    """A set up product whose `roles` run; `given` are variables of the product."""
    port, simulator_port = free_port(), free_port()
    with (
        tempfile.TemporaryDirectory(prefix="teamgauge-live-") as folder,
        own_servers(Path(folder)) as servers,
    ):
        variables = {
            "PORT": str(port),
            "SIMULATOR_PORT": str(simulator_port),
            "DEMO": "on" if "simulator" in roles else "off",
            "ADMIN_EMAIL": ADMIN_EMAIL,
            "ADMIN_PASSWORD": ADMIN_PASSWORD,
            "AUTH_TOKEN": AUTH_TOKEN,
        }
        settled = environment.product(Path(folder), **servers | variables | given)
        live = Product(
            url=f"http://127.0.0.1:{port}",
            simulator_url=f"http://127.0.0.1:{simulator_port}",
            data_dir=Path(folder),
            env=os.environ | settled | _paths(),
        )
        RUNNING.append(live)
        try:
            live.manage("setup")
            for role in roles:
                live.start(role)
            yield live
        finally:
            for role in list(live.processes):
                live.stop(role)
            RUNNING.remove(live)


@pytest.fixture(scope="module")
def live() -> Iterator[Product]:
    with product("simulator", "web") as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[
    None, pytest.TestReport, pytest.TestReport
]:
    """A failing test shows what the roles that were running wrote last."""
    report = yield
    if report.failed:
        for running in RUNNING:
            for log in sorted(running.data_dir.glob("*.log")):
                tail = log.read_text(errors="replace").splitlines()[-60:]
                report.sections.append((log.name, "\n".join(tail)))
    return report


def _paths() -> dict[str, str]:
    """The Procfile says `python` and `celery`: those beside this interpreter."""
    folder = str(Path(sys.executable).parent)
    return {
        "PATH": os.pathsep.join([folder, os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "REMAP_SIGTERM": "SIGQUIT",  # As `run` and compose have it for the worker.
    }


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code < 500
    except httpx.HTTPError:
        return False
