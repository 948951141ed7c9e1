"""The command as a process of its own, on a port of this machine."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from simulator import chat

from .calls import HEADERS, body
from .conftest import basic

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
COMMAND = """
import sys
import django
from django.conf import settings
from django.core.management import execute_from_command_line

settings.configure(INSTALLED_APPS=["simulator"])
django.setup()
execute_from_command_line(["manage.py", "simulate", *sys.argv[1:]])
"""


def _start(port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--port", str(port), "--people", "3"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def _running() -> Iterator[tuple[subprocess.Popen[str], str]]:
    with closing(socket.create_server(("127.0.0.1", 0))) as trial:
        port = trial.getsockname()[1]
    with _start(port) as process:
        try:
            assert process.stdout
            assert "ready on" in process.stdout.readline()
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with _running() as (_, url):
        yield url


def _switch(url: str, at: str, fault: str) -> None:
    asked = {"endpoint": at, "fault": fault, "times": 1}
    httpx.post(f"{url}/_sim/faults", json=asked).raise_for_status()


@pytest.mark.parametrize("fault", ["close", "cut_body"])
def test_a_broken_connection_is_really_broken(url: str, fault: str) -> None:
    headers = {"authorization": basic("demo-admin-key")}
    _switch(url, "members", fault)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url}/teams/members", headers=headers)
    _switch(url, "members", "reset")
    with pytest.raises(httpx.ReadError):
        httpx.get(f"{url}/teams/members", headers=headers)
    _switch(url, "members", "wrong_date")
    assert (
        len(httpx.get(f"{url}/teams/members", headers=headers).headers.get_list("date"))
        == 1
    )
    answer = httpx.get(f"{url}/teams/members", headers=headers)
    assert len(answer.json()["teamMembers"]) == 3


@pytest.mark.parametrize("fault", ["close", "cut_body"])
def test_a_broken_stream_is_really_broken(url: str, fault: str) -> None:
    _switch(url, "chat", fault)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(url + chat.PATH, content=body(), headers=HEADERS)


def test_a_streaming_answer_comes_in_many_parts(url: str) -> None:
    with httpx.stream("POST", url + chat.PATH, content=body(), headers=HEADERS) as got:
        assert len(list(got.iter_raw())) > 40


def test_a_caller_who_leaves_is_seen_to_leave(url: str) -> None:
    httpx.delete(f"{url}/_sim/requests").raise_for_status()
    with httpx.stream("POST", url + chat.PATH, content=body(), headers=HEADERS) as got:
        next(got.iter_raw())
    (entry,) = httpx.get(f"{url}/_sim/requests").json()
    for _ in range(200):
        (entry,) = httpx.get(f"{url}/_sim/requests").json()
        if entry["disconnected_at"]:
            break
    assert entry["disconnected_at"] >= entry["received_at"]


def test_it_stops_at_once_with_a_stream_under_way() -> None:
    with _running() as (process, url):
        _switch(url, "chat", "stall")
        begun, ended = threading.Event(), threading.Event()

        def call() -> None:
            request = ("POST", url + chat.PATH)
            with (
                pytest.raises(httpx.RemoteProtocolError),
                httpx.stream(*request, content=body(), headers=HEADERS) as got,
            ):
                begun.set()
                got.read()
            ended.set()

        threading.Thread(target=call).start()
        assert begun.wait(10)
        process.terminate()
        assert process.wait(5) == 0
        assert ended.wait(10)


def test_a_busy_port_is_one_sentence() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with _start(port) as process:
            _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"Port {port} on 127.0.0.1 is already in use" in said
    assert said.count("\n") == 1
