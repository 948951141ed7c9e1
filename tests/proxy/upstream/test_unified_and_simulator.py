"""The `unified` kind against the simulator, over HTTP/2 and over plain HTTP."""

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from proxy import connections
from proxy.upstream.unified import client
from proxy.upstream.vendor.call import Options
from proxy.upstream.vocabulary import (
    Credential,
    Event,
    Failed,
    Finished,
    Message,
    Prompt,
    TextDelta,
    ThinkingDelta,
    Tool,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from tests.vendor import Vendor
from tokens import checksum

pytestmark = pytest.mark.once

TOKEN = "token-of-the-unified-tests"
HELLO = Prompt("gpt-5", (Message("user", "Who are you? 👋"),))
SCHEMA = '{"type":"object","properties":{"city":{"type":"string"}}}'
TOOLS = (Tool("weather", "Tells it.", SCHEMA), Tool("time", "", "{}"))
ASKED = Prompt("gpt-5", (Message("user", "Rain?"),), TOOLS)


@pytest.fixture
def vendor_chat(running_vendor: Vendor) -> Iterator[Vendor]:
    token = {"token": TOKEN}
    httpx.post(f"{running_vendor.url}/_sim/tokens", json=token).raise_for_status()
    httpx.delete(f"{running_vendor.url}/_sim/requests").raise_for_status()
    yield running_vendor
    running_vendor.heal()


async def events(
    url: str,
    prompt: Prompt = HELLO,
    *,
    token: str = TOKEN,
    read: float = 30,
    trust: ssl.SSLContext | bool = True,
) -> list[Event]:
    credential = Credential(token, checksum.stamp(checksum.new_ids(), 1735084800))
    options = Options(url, "2.0.0")
    async with (
        connections.new_clients(httpx.Timeout(30, read=read), trust) as clients,
        client.open(clients.multiplexed, options, credential, prompt) as stream,
    ):
        return [event async for event in stream]


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_over_tls_it_speaks_http_2(vendor_chat: Vendor) -> None:
    got = await events(vendor_chat.tls_url, trust=vendor_chat.trust)
    assert got[-1] == Finished("stop")
    assert "Who are you? 👋" in text_of(got)
    [asked], [looked_up] = (
        vendor_chat.requests("unified"),
        vendor_chat.requests("usage"),
    )
    assert asked["http_version"] == looked_up["http_version"] == "2"
    async with connections.new_clients(verify=vendor_chat.trust) as clients:
        answer = await clients.multiplexed.get(f"{vendor_chat.tls_url}/_sim/health")
    assert answer.http_version == "HTTP/2"


async def test_http_1_over_tls_is_turned_away_as_the_vendor_does(
    vendor_chat: Vendor,
) -> None:
    credential = Credential(TOKEN, checksum.stamp(checksum.new_ids(), 0))
    options = Options(vendor_chat.tls_url, "2.0.0")
    async with (
        connections.new_clients(verify=vendor_chat.trust) as clients,
        client.open(clients.quick, options, credential, HELLO) as stream,
    ):
        [failed] = [event async for event in stream]
    assert isinstance(failed, Failed)
    assert failed.code == "upstream_http_464"
    assert "HTTP version" in failed.message


async def test_plain_http_gets_http_1(vendor_chat: Vendor) -> None:
    assert (await events(vendor_chat.url))[-1] == Finished("stop")
    [asked] = vendor_chat.requests("unified")
    assert asked["http_version"] == "1.1"
    headers = asked["headers"]
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["x-cursor-client-version"] == "2.0.0"
    assert headers["connect-protocol-version"] == "1"


async def test_it_thinks_speaks_and_counts(vendor_chat: Vendor) -> None:
    got = await events(vendor_chat.url)
    thoughts = [event.text for event in got if isinstance(event, ThinkingDelta)]
    assert "".join(thoughts) == "Let me think."
    assert got[-2:] == [Usage(10, 20), Finished("stop")]


async def test_tool_calls_come_in_pieces_and_go_back_with_their_results(
    vendor_chat: Vendor,
) -> None:
    got = await events(vendor_chat.url, ASKED)
    assert got[-1] == Finished("tool_calls")
    deltas = [event for event in got if isinstance(event, ToolCallDelta)]
    begun = [delta for delta in deltas if delta.id]
    assert [(delta.index, delta.name) for delta in begun] == [
        (0, "weather"),
        (1, "time"),
    ]
    said = ["".join(d.arguments for d in deltas if d.index == n) for n in (0, 1)]
    assert said == ['{"city": "text"}', "{}"]
    assert len(deltas) > 4

    calls = tuple(
        ToolCall(delta.id, delta.name, arguments)
        for delta, arguments in zip(begun, said, strict=True)
    )
    answered = (
        *ASKED.messages,
        Message("assistant", "", calls),
        *(Message("tool", f"{c.name}!", tool_call_id=c.id) for c in calls),
    )
    got = await events(vendor_chat.url, Prompt("gpt-5", answered, TOOLS))
    assert text_of(got) == "I have read it: weather gave weather!; time gave time!."
    assert got[-1] == Finished("stop")


@pytest.mark.parametrize("fault", ["401", "404", "500", "html", "close", "empty_body"])
async def test_an_answer_without_its_count_is_whole_all_the_same(
    vendor_chat: Vendor, fault: str
) -> None:
    vendor_chat.fault("usage", fault)
    got = await events(vendor_chat.url)
    assert got[-1] == Finished("stop")
    counted = [event for event in got if isinstance(event, Usage)]
    assert counted == ([Usage(0, 0)] if fault == "empty_body" else [])


@pytest.mark.parametrize(
    "fault",
    [
        "one_byte",
        "gzip_text",
        "gzip_end",
        "end_metadata",
        "unknown_fields",
        "zero_frames",
        "aborted",
    ],
)
async def test_an_odd_but_good_stream_is_read(vendor_chat: Vendor, fault: str) -> None:
    vendor_chat.fault("unified", fault)
    got = await events(vendor_chat.url)
    assert got[-1] == Finished("stop")
    assert "Who are you?" in text_of(got)


async def test_calls_that_nobody_answers_end_well(vendor_chat: Vendor) -> None:
    vendor_chat.fault("unified", "aborted")
    assert (await events(vendor_chat.url, ASKED))[-1] == Finished("tool_calls")


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
        ("aborted_first", "upstream_user_aborted_request", False),
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
        ("464", "upstream_http_464", False),
        ("401", "upstream_http_401", False),
        ("429", "upstream_http_429", False),
        ("503", "upstream_http_503", False),
        ("close", "upstream_unreachable", False),
    ],
)
@pytest.mark.parametrize("secured", [False, True], ids=["plain", "h2"])
async def test_each_fault_has_its_name(
    vendor_chat: Vendor, secured: bool, fault: str, code: str, begun: bool | None
) -> None:
    vendor_chat.fault("unified", fault)
    url = vendor_chat.tls_url if secured else vendor_chat.url
    got = await events(url, trust=vendor_chat.trust)
    last = got[-1]
    assert isinstance(last, Failed)
    assert last.code == code
    assert begun in (None, bool(text_of(got)))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("call_cut", "upstream_cut"),
        ("foreign_call", "upstream_bad_answer"),
        ("call_rewritten", "upstream_bad_answer"),
    ],
)
async def test_a_tool_call_that_cannot_be_used_is_a_failure(
    vendor_chat: Vendor, fault: str, code: str
) -> None:
    vendor_chat.fault("unified", fault)
    last = (await events(vendor_chat.url, ASKED))[-1]
    assert isinstance(last, Failed)
    assert last.code == code


@pytest.mark.parametrize("fault", ["stall", "pause", "slow"])
@pytest.mark.parametrize("secured", [False, True], ids=["plain", "h2"])
async def test_silence_is_a_time_out(
    vendor_chat: Vendor, fault: str, secured: bool
) -> None:
    options: dict[str, Any] = {"ms": 60_000}
    vendor_chat.fault("unified", fault, **options)
    url = vendor_chat.tls_url if secured else vendor_chat.url
    last = (await events(url, read=0.5, trust=vendor_chat.trust))[-1]
    assert isinstance(last, Failed)
    assert last.code == "upstream_timeout"


async def test_a_server_that_nobody_trusts_is_unreachable(vendor_chat: Vendor) -> None:
    [failed] = await events(vendor_chat.tls_url)
    assert isinstance(failed, Failed)
    assert failed.code == "upstream_unreachable"


async def test_one_connection_serves_many_streams_and_a_left_one_is_closed(
    vendor_chat: Vendor,
) -> None:
    credential = Credential(TOKEN, checksum.stamp(checksum.new_ids(), 0))
    options = Options(vendor_chat.tls_url, "2.0.0")
    vendor_chat.fault("unified", "pause", after=2, ms=60_000)
    async with connections.new_clients(verify=vendor_chat.trust) as clients:
        http = clients.multiplexed
        async with contextlib.AsyncExitStack() as stack:
            opened = client.open(http, options, credential, HELLO)
            slow = await stack.enter_async_context(opened)
            assert isinstance(await anext(slow), ThinkingDelta)
            async with client.open(http, options, credential, HELLO) as quick:
                assert [event async for event in quick][-1] == Finished("stop")
        async with client.open(http, options, credential, HELLO) as again:
            assert [event async for event in again][-1] == Finished("stop")
        transport = http._transport
        assert isinstance(transport, httpx.AsyncHTTPTransport)
        assert len(transport._pool.connections) == 1
    left = vendor_chat.requests("unified")[0]
    assert left["disconnected_at"] is not None
    assert left["disconnected_at"] - left["received_at"] < 5
