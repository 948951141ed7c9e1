"""`manage.py run` and `serve` as processes: start, answer, stop."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import environment
from tests.servers import free_port

PATIENCE = 60


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A newcomer's environment: no servers, nothing configured, free ports."""
    port = str(free_port())
    demo = {"PORT": port, "SIMULATOR_PORT": str(free_port()), "DEMO": "auto"}
    return os.environ | environment.product(tmp_path / "var", **demo)


@pytest.fixture
def running(env: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "manage.py", "run"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=environment.ROOT, env=env, stdout=log, stderr=log
        )
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(timeout=30)


def wait_for(pattern: str, log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text(), re.DOTALL):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"{pattern} did not come:\n{log.read_text()}")


def test_it_starts_everything_and_stops_everything(
    running: subprocess.Popen[bytes], env: dict[str, str], tmp_path: Path
) -> None:
    url, log = f"http://127.0.0.1:{env['PORT']}", tmp_path / "log"
    wait_for(re.escape(f"Open {url}/ in a browser"), log)
    wait_for("worker .* ready", log)
    assert "password" in log.read_text()
    assert "the data comes from the simulator" in log.read_text().replace("all", "the")
    assert httpx.get(f"{url}/healthz").json()["status"] == "healthy"

    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=30) == 130
    for role in ("web", "worker", "beat", "simulator"):
        assert f"{role} stopped" in log.read_text()
    for port in ("PORT", "SIMULATOR_PORT"):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(env[port])), timeout=1)


def test_it_passes_on_the_code_of_a_role_that_dies(
    running: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    line = wait_for(r"beat started \(pid=\d+\)", tmp_path / "log")
    wait_for("Open http", tmp_path / "log")
    os.kill(int(re.sub(r"\D", "", line)), signal.SIGKILL)
    assert running.wait(timeout=30) not in (0, 130)


@pytest.mark.parametrize("variable", ["PORT", "SIMULATOR_PORT"])
def test_it_refuses_a_busy_port_before_it_starts_anything(
    env: dict[str, str], variable: str
) -> None:
    with socket.create_server(("127.0.0.1", int(env[variable]))):
        done = manage("run", env)
    assert done.returncode == 1
    assert f"Port {env[variable]} is already in use" in done.stderr
    assert variable in done.stderr
    assert "Sign in" not in done.stdout


def test_a_malformed_variable_is_named(env: dict[str, str]) -> None:
    done = manage("run", env | {"WEB_PROCESSES": "many"})
    assert done.returncode == 1
    assert "WEB_PROCESSES must be a whole number" in done.stderr
    assert "Traceback" not in done.stderr


def manage(command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=environment.ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
