"""A busy port is one sentence, said before anything starts."""

import socket

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.servers import free_port
from tokens import ports


def test_it_says_nothing_about_a_free_port() -> None:
    assert ports.trouble("127.0.0.1", free_port()) == ""


def test_it_names_a_busy_port_and_the_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        sentence = ports.trouble("0.0.0.0", port, "SIMULATOR_PORT")
    assert f"Port {port} is already in use" in sentence
    assert "SIMULATOR_PORT" in sentence


def test_it_names_an_address_that_is_not_here() -> None:
    assert "Nothing can listen at 192.0.2.1" in ports.trouble("192.0.2.1", free_port())
    assert "HOST nowhere.invalid" in ports.trouble("nowhere.invalid", free_port())


def test_serve_refuses_a_busy_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is already in use"):
            call_command("serve", port=port, skip_checks=True)


def test_serve_refuses_several_processes_without_redis(
    settings: Settings,
) -> None:
    settings.REDIS_URL = ""
    with pytest.raises(CommandError, match="cannot share counters without Redis"):
        call_command("serve", processes=2, port=free_port(), skip_checks=True)
