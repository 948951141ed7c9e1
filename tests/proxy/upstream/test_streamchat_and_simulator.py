"""Our client and the simulator's server share no code: they must agree on bytes."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from proxy import connections
from proxy.upstream.streamchat import client
from proxy.upstream.vendor.call import Options
from proxy.upstream.vocabulary import (
    Credential,
    Event,
    Failed,
    Finished,
    Message,
    Prompt,
    TextDelta,
)
from tests.servers import free_port
from tests.vendor import Vendor
from tokens import checksum

pytestmark = pytest.mark.once

TOKEN = "token-of-the-tests"
PROMPT = Prompt(
    "gpt-4o-128k",
    (
        Message("system", "Be brief"),
        Message("user", "Grüße 👋"),
        Message("assistant", "Hello"),
        Message("user", "Who are you?"),
    ),
)


@pytest.fixture
def chat_vendor(running_vendor: Vendor) -> Iterator[Vendor]:
    token = {"token": TOKEN}
    httpx.post(f"{running_vendor.url}/_sim/tokens", json=token).raise_for_status()
    httpx.delete(f"{running_vendor.url}/_sim/requests").raise_for_status()
    yield running_vendor
    running_vendor.heal()


async def events(url: str, token: str = TOKEN) -> list[Event]:
    stamp = checksum.stamp(checksum.new_ids(), 1735084800)
    credential = Credential(token, stamp)
    async with (
        connections.new_clients(httpx.Timeout(30)) as clients,
        client.open(clients.quick, Options(url, "2.0.0"), credential, PROMPT) as stream,
    ):
        return [event async for event in stream]


async def failure(url: str, token: str = TOKEN) -> Failed:
    last = (await events(url, token))[-1]
    assert isinstance(last, Failed)
    return last


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_the_simulator_reads_what_we_send(chat_vendor: Vendor) -> None:
    got = await events(chat_vendor.url)
    assert got[-1] == Finished("stop")
    assert "Who are you?" in text_of(got)
    [request] = chat_vendor.requests("chat")
    body = request["body"]
    assert (body["model"], body["context"]) == ("gpt-4o-128k", "Be brief")
    assert body["long_context"]
    said = [(message["role"], message["text"]) for message in body["messages"]]
    assert said == [
        ("human", "Grüße 👋"),
        ("ai", "Hello"),
        ("human", "Who are you?"),
    ]
    ids = {message["bubble_id"] for message in body["messages"]}
    assert len(ids | {body["request_id"], body["conversation_id"]}) == 5


async def test_a_token_that_the_simulator_does_not_know_is_dead(
    chat_vendor: Vendor,
) -> None:
    failed = await failure(chat_vendor.url, "unknown")
    assert failed.code == "upstream_not_logged_in"
    assert failed.token_is_dead


@pytest.mark.parametrize(
    "fault",
    [
        "one_byte",
        "gzip_text",
        "gzip_end",
        "end_metadata",
        "unknown_fields",
        "zero_frames",
    ],
)
async def test_an_odd_but_good_stream_is_read(chat_vendor: Vendor, fault: str) -> None:
    chat_vendor.fault("chat", fault)
    got = await events(chat_vendor.url)
    assert got[-1] == Finished("stop")
    assert "Who are you?" in text_of(got)


@pytest.mark.parametrize(
    ("fault", "code", "begun"),
    [
        ("V1", "upstream_not_logged_in", False),
        ("V2", "upstream_unauthorized", False),
        ("V3", "upstream_outdated_client", False),
        ("V4", "upstream_deprecated", False),
        ("gzip_error", "upstream_not_logged_in", False),
        ("error_after_text", "upstream_unauthorized", True),
        ("bare_error", "upstream_internal", False),
        ("no_end", "upstream_cut", True),
        ("no_frames", "upstream_cut", False),
        ("cut_body", "upstream_cut", None),
        ("only_end", "upstream_empty_answer", False),
        ("reserved_flag", "upstream_bad_envelope", False),
        ("gzip_bomb", "upstream_bad_envelope", False),
        ("bad_gzip", "upstream_bad_envelope", False),
        ("bad_protobuf", "upstream_bad_envelope", False),
        ("huge_frame", "upstream_bad_envelope", False),
        ("html", "upstream_bad_answer", False),
        ("broken_json", "upstream_bad_answer", False),
        ("464", "upstream_http_464", False),
        ("401", "upstream_http_401", False),
        ("429", "upstream_http_429", False),
        ("500", "upstream_http_500", False),
        ("503", "upstream_http_503", False),
        ("close", "upstream_unreachable", False),
    ],
)
async def test_each_fault_has_its_name(
    chat_vendor: Vendor, fault: str, code: str, begun: bool | None
) -> None:
    chat_vendor.fault("chat", fault)
    got = await events(chat_vendor.url)
    last = got[-1]
    assert isinstance(last, Failed)
    assert last.code == code
    assert begun in (None, bool(text_of(got)))


@pytest.mark.parametrize("fault", ["stall", "pause", "slow"])
async def test_silence_is_a_time_out(chat_vendor: Vendor, fault: str) -> None:
    options: dict[str, Any] = {"ms": 60_000}
    chat_vendor.fault("chat", fault, **options)
    stamp = checksum.stamp(checksum.new_ids(), 0)
    async with (
        connections.new_clients(httpx.Timeout(30, read=0.3)) as clients,
        client.open(
            clients.quick,
            Options(chat_vendor.url, "2"),
            Credential(TOKEN, stamp),
            PROMPT,
        ) as stream,
    ):
        got = [event async for event in stream]
    assert isinstance(got[-1], Failed)
    assert got[-1].code == "upstream_timeout"


async def test_nothing_listening_is_unreachable() -> None:
    failed = await failure(f"http://127.0.0.1:{free_port()}")
    assert (failed.code, failed.retryable) == ("upstream_unreachable", True)


async def test_one_connection_serves_one_answer_after_the_other(
    chat_vendor: Vendor,
) -> None:
    chat_vendor.fault("chat", "answer", times=3, text="Hi")
    stamp = checksum.stamp(checksum.new_ids(), 0)
    async with connections.new_clients() as clients:
        for _ in range(3):
            async with client.open(
                clients.quick,
                Options(chat_vendor.url, "2"),
                Credential(TOKEN, stamp),
                PROMPT,
            ) as stream:
                assert text_of([event async for event in stream]) == "Hi"
        transport = clients.quick._transport
        assert isinstance(transport, connections.NamedErrors)
        connector = transport.get_client().connector
        assert connector is not None
        assert [len(held) for held in connector._conns.values()] == [1]
