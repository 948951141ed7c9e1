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

from dashboard.management.commands import run
from proxy.management.commands import serve
from tests import environment
from tests.servers import free_port

pytestmark = pytest.mark.once

PATIENCE = 60


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A newcomer's environment: no servers, nothing configured, free ports."""
    port = str(free_port())
    demo = {"PORT": port, "SIMULATOR_PORT": str(free_port()), "DEMO": "auto"}
    demo["AUTH_TOKEN"] = "master-key-of-the-tests"
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


@pytest.fixture
def streaming(
    running: subprocess.Popen[bytes], env: dict[str, str], tmp_path: Path
) -> Iterator[Iterator[str]]:
    """An answer's lines, of which the first is read and the rest takes 9 seconds."""
    wait_for("Open http", tmp_path / "log")
    wait_for("worker .* ready", tmp_path / "log")
    fault = {"endpoint": "chat", "fault": "pause", "options": {"ms": 9_000}}
    vendor = f"http://127.0.0.1:{env['SIMULATOR_PORT']}/_sim/faults"
    httpx.post(vendor, json=fault).raise_for_status()
    url = f"http://127.0.0.1:{env['PORT']}/v1/chat/completions"
    headers = {"Authorization": f"Bearer {env['AUTH_TOKEN']}"}
    hello = {"role": "user", "content": "Hi"}
    body = {"model": "gpt-4o", "stream": True, "messages": [hello]}
    with httpx.stream("POST", url, json=body, headers=headers, timeout=30) as answer:
        assert answer.status_code == 200
        lines = answer.iter_lines()
        assert next(lines).startswith("data: ")
        yield lines


def test_a_stop_lets_an_answer_finish(
    running: subprocess.Popen[bytes], streaming: Iterator[str], tmp_path: Path
) -> None:
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    wait_for("worker stopped", tmp_path / "log")
    assert time.monotonic() - began < 9
    assert "data: [DONE]" in list(streaming)
    assert running.wait(timeout=10) == 130
    log = (tmp_path / "log").read_text()
    assert "refused to gracefully stop" not in log
    assert log.index("web stopped") < log.index("simulator stopped")


def test_a_second_stop_kills_at_once(
    running: subprocess.Popen[bytes], streaming: Iterator[str], tmp_path: Path
) -> None:
    running.send_signal(signal.SIGINT)
    wait_for("once more stops at once", tmp_path / "log")
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=3) == 130
    with pytest.raises(httpx.RemoteProtocolError):
        list(streaming)


def test_the_web_role_is_not_killed_within_its_own_grace() -> None:
    assert run.KILL_WAIT > serve.GRACE


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
