"""The `openai` kind against the simulator's OpenAI-compatible server."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from proxy import connections
from proxy.upstream.openai import client
from proxy.upstream.openai.client import Options
from proxy.upstream.vocabulary import (
    Credential,
    Event,
    Failed,
    Finished,
    Native,
    Prompt,
    Usage,
)
from tests.servers import free_port
from tests.vendor import Vendor

pytestmark = pytest.mark.once

TOKEN = "sk-canary-of-the-provider"
HELLO: dict[str, Any] = {
    "model": "ours",
    "messages": [{"role": "user", "content": "Grüße 👋"}],
}


@pytest.fixture
def provider(running_vendor: Vendor) -> Iterator[Vendor]:
    token = {"token": TOKEN}
    httpx.post(f"{running_vendor.url}/_sim/tokens", json=token).raise_for_status()
    httpx.delete(f"{running_vendor.url}/_sim/requests").raise_for_status()
    yield running_vendor
    running_vendor.heal()


def prompt(raw: str | None = None, **changes: Any) -> Prompt:
    body = HELLO | {"stream": True} | changes
    text = json.dumps(body) if raw is None else raw
    return Prompt("gpt-4o", (), raw=text.encode(), stream=bool(body["stream"]))


async def events(
    url: str, asked: Prompt | None = None, *, token: str = TOKEN, read: float = 30
) -> list[Event]:
    timeout = httpx.Timeout(30, read=read)
    async with (
        connections.new_clients(timeout) as clients,
        client.open(
            clients.quick,
            Options(f"{url}/v1", headers={"X-Team": "a", "Authorization": "no"}),
            Credential(token, ""),
            asked or prompt(),
        ) as stream,
    ):
        return [event async for event in stream]


def text_of(events: list[Event]) -> str:
    choices = [c for e in events if isinstance(e, Native) for c in _choices(e)]
    said = [c.get("delta", c.get("message")) for c in choices]
    return "".join(part.get("content") or "" for part in said)


def _choices(native: Native) -> list[Any]:
    choices = native.body["choices"]
    assert isinstance(choices, list)
    return choices


def sent(vendor: Vendor) -> dict[str, Any]:
    [request] = vendor.requests("openai")
    return request


async def test_a_stream_is_chunks_then_usage_then_an_end(provider: Vendor) -> None:
    *chunks, usage, end = await events(provider.url)
    assert "Grüße 👋" in text_of(chunks)
    assert all(isinstance(chunk, Native) for chunk in chunks)
    assert isinstance(usage, Usage)
    assert (usage.prompt_tokens, usage.completion_tokens) == (9, 12)
    assert usage.told is not None
    assert usage.told["prompt_tokens_details"] == {
        "cached_tokens": 3,
        "audio_tokens": 0,
    }
    assert end == Finished("stop")


async def test_a_whole_answer_is_one_object(provider: Vendor) -> None:
    native, usage, end = await events(provider.url, prompt(stream=False))
    assert isinstance(native, Native)
    assert "Grüße 👋" in text_of([native])
    assert native.text_bytes == len(text_of([native]).encode())
    assert isinstance(usage, Usage)
    assert end == Finished("stop")


async def test_every_byte_of_the_body_goes_on_but_for_two_fields(
    provider: Vendor,
) -> None:
    raw = (
        '{"model": "ours", "stream":true, "temperature": 0.70, "seed": 12345678901234'
        '567890, "x": {"b":1,  "a":1e2}, "stream_options": {"include_obfuscation":'
        ' false, "include_usage": false}, "messages": [{"role":"user","content":'
        '"\\u00e9"}], "unheard_of": null}'
    )
    await events(provider.url, prompt(raw))
    text = sent(provider)["body"]["text"]
    for kept in (
        '"temperature":0.70',
        '"seed":12345678901234567890',
        '{"b":1,  "a":1e2}',
        '"\\u00e9"',
        '"unheard_of":null',
    ):
        assert kept in text
    body = json.loads(text)
    assert body["model"] == "gpt-4o"
    assert body["stream_options"] == {
        "include_obfuscation": False,
        "include_usage": True,
    }


async def test_without_a_stream_its_options_stay_here(provider: Vendor) -> None:
    options = {"include_usage": True}
    got = await events(provider.url, prompt(stream=False, stream_options=options))
    assert got[-1] == Finished("stop")
    assert "stream_options" not in sent(provider)["body"]["json"]


async def test_headers_of_the_row_go_along_and_never_win_over_the_key(
    provider: Vendor,
) -> None:
    await events(provider.url)
    headers = sent(provider)["headers"]
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["x-team"] == "a"
    assert headers["accept-encoding"] == "identity"
    assert "cookie" not in headers


def test_a_key_may_travel_in_a_header_of_its_own() -> None:
    told = client.headers(Options("", key_header="Api-Key"), Credential("k", ""))
    assert told["api-key"] == "k"
    assert "authorization" not in told


TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tools": [TOOL, TOOL]}, "tool_calls"),
        ({"functions": [TOOL["function"]]}, "stop"),
        ({"n": 3, "logprobs": True}, "stop"),
        ({"response_format": {"type": "json_object"}}, "stop"),
    ],
)
async def test_whatever_is_asked_for_is_passed_through(
    provider: Vendor, changes: dict[str, Any], reason: str, stream: bool
) -> None:
    asked = prompt(stream=stream, **changes)
    got = await events(provider.url, asked)
    assert got[-1] == Finished(reason)  # type: ignore[arg-type]
    body = sent(provider)["body"]["json"]
    assert {name: body[name] for name in changes} == changes
    natives = [event for event in got if isinstance(event, Native)]
    indexes = {choice["index"] for native in natives for choice in _choices(native)}
    assert indexes == set(range(changes.get("n", 1)))
    assert sum(native.text_bytes for native in natives) > 0


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("one_byte", {}),
        ("crlf", {}),
        ("crlf", {"end": "\r"}),
        ("comments", {}),
        ("no_blank_end", {}),
        ("no_done", {}),
        ("no_done", {"times": 1}),
        ("bare", {}),
        ("packed", {}),
        ("packed", {"size": 1}),
    ],
)
async def test_an_odd_but_good_stream_is_read(
    provider: Vendor, fault: str, options: dict[str, Any]
) -> None:
    good = text_of(await events(provider.url))
    provider.fault("openai", fault, **{"times": 1} | options)
    got = await events(provider.url)
    assert text_of(got) == good
    assert got[-1] == Finished("stop")
    assert isinstance(got[-2], Usage)


async def test_a_first_chunk_without_a_choice_is_passed_on(provider: Vendor) -> None:
    provider.fault("openai", "prompt_filter")
    first = (await events(provider.url))[0]
    assert isinstance(first, Native)
    assert first.body["prompt_filter_results"] == [{"prompt_index": 0}]


@pytest.mark.parametrize("fault", ["no_usage", "usage_zero"])
async def test_no_usage_is_not_a_usage_of_zero(provider: Vendor, fault: str) -> None:
    provider.fault("openai", fault)
    got = await events(provider.url)
    told = [event for event in got if isinstance(event, Usage)]
    assert [one.prompt_tokens for one in told] == ([0] if fault == "usage_zero" else [])


@pytest.mark.parametrize("ends", ["clean", "abort", "reset"])
async def test_a_stream_is_cut_wherever_it_stops_before_its_reason(
    provider: Vendor, ends: str
) -> None:
    finish, usage, _ = range(len(await events(provider.url)) + 1)[-3:]
    for after in range(finish):
        provider.fault("openai", "cut_at", after=after, ends=ends)
        last = (await events(provider.url))[-1]
        assert isinstance(last, Failed), after
        assert last.code in ("upstream_cut", "upstream_empty_answer")
        assert (last.retryable, last.blames_token) == (True, False)
    for after in (finish, usage):
        provider.fault("openai", "cut_at", after=after, ends=ends)
        assert (await events(provider.url))[-1] == Finished("stop")


@pytest.mark.parametrize(
    ("fault", "options", "status", "code", "blames", "retryable"),
    [
        ("rate_limited", {}, 429, "upstream_http_429", True, True),
        ("insufficient_quota", {}, 429, "upstream_insufficient_quota", True, True),
        ("invalid_key", {}, 401, "upstream_http_401", True, True),
        ("context_length", {}, 400, "context_length_exceeded", False, False),
        ("unprocessable", {}, 400, "upstream_invalid_request", False, False),
        ("overloaded", {}, 503, "upstream_http_503", False, True),
        ("500", {}, 500, "upstream_http_500", False, True),
        ("502", {}, 502, "upstream_http_502", False, True),
        ("503", {"body": "empty"}, 503, "upstream_http_503", False, True),
        ("504", {"body": "json"}, 504, "upstream_http_504", False, True),
        ("401", {"body": "html"}, 401, "upstream_http_401", True, True),
        ("403", {}, 403, "upstream_http_403", True, True),
        ("404", {}, 404, "upstream_http_404", False, False),
        ("model_refused", {}, 403, "upstream_model_not_allowed", True, True),
        ("model_refused", {"model": "o3"}, 403, "upstream_http_403", True, True),
        (
            "model_refused",
            {"status": 404},
            403,
            "upstream_model_not_allowed",
            True,
            True,
        ),
        ("error_with_200", {}, 502, "upstream_stream_error", False, True),
        ("html", {}, 502, "upstream_bad_answer", False, False),
        ("bomb", {}, 502, "upstream_bad_answer", False, False),
        ("close", {}, 502, "upstream_unreachable", False, True),
        ("reset", {}, 502, "upstream_unreachable", False, True),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_each_failure_has_its_meaning_and_tells_no_account(
    provider: Vendor,
    stream: bool,
    fault: str,
    options: dict[str, Any],
    status: int,
    code: str,
    blames: bool,
    retryable: bool,
) -> None:
    provider.fault("openai", fault, **options)
    [failed] = await events(provider.url, prompt(stream=stream))
    assert isinstance(failed, Failed)
    assert (failed.status, failed.code) == (status, code)
    assert (failed.blames_token, failed.retryable) == (blames, retryable)
    assert failed.token_is_dead == (fault == "invalid_key")
    for word in ("org-123", TOKEN, "sk-ab", provider.url):
        assert word not in failed.message


async def test_a_callers_mistake_is_told_with_its_field(provider: Vendor) -> None:
    provider.fault("openai", "context_length")
    [failed] = await events(provider.url)
    assert isinstance(failed, Failed)
    assert "maximum context length" in failed.message
    assert failed.param == "messages"


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({"retry_after": "17"}, 17),
        ({"retry_after": "1.2"}, 2),
        ({"retry_after": "x", "retry_after_ms": "250"}, 1),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
async def test_a_named_wait_is_read_in_each_of_its_forms(
    provider: Vendor, options: dict[str, Any], seconds: int | None
) -> None:
    provider.fault("openai", "rate_limited", **options)
    [failed] = await events(provider.url)
    assert isinstance(failed, Failed)
    assert failed.retry_after == seconds


async def test_a_wait_may_be_named_by_a_date(provider: Vendor) -> None:
    for from_now, least, most in ((30, 28, 31), (-30, 0, 0)):
        provider.fault("openai", "rate_limited", retry_at=from_now)
        [failed] = await events(provider.url)
        assert isinstance(failed, Failed)
        assert failed.retry_after is not None
        assert least <= failed.retry_after <= most


@pytest.mark.parametrize(
    ("fault", "options", "code"),
    [
        ("error_event", {}, "upstream_stream_error"),
        ("error_event", {"code": "rate_limit_exceeded"}, "upstream_http_429"),
        ("done_early", {}, "upstream_cut"),
        ("noise", {}, "upstream_bad_answer"),
        ("endless", {}, "upstream_bad_answer"),
        ("cut_body", {}, "upstream_cut"),
    ],
)
async def test_a_stream_that_breaks_fails_after_its_text(
    provider: Vendor, fault: str, options: dict[str, Any], code: str
) -> None:
    provider.fault("openai", fault, **options)
    got = await events(provider.url)
    assert text_of(got)
    assert isinstance(got[-1], Failed)
    assert got[-1].code == code


async def test_a_compressed_stream_that_stops_is_cut(provider: Vendor) -> None:
    provider.fault("openai", "packed", cut=True)
    last = (await events(provider.url))[-1]
    assert isinstance(last, Failed)
    assert last.code == "upstream_cut"


@pytest.mark.parametrize("fault", ["cut_body", "broken_json", "empty_body"])
async def test_a_whole_answer_that_is_not_whole_fails(
    provider: Vendor, fault: str
) -> None:
    provider.fault("openai", fault)
    [failed] = await events(provider.url, prompt(stream=False))
    assert isinstance(failed, Failed)
    assert failed.code in ("upstream_cut", "upstream_bad_answer")


@pytest.mark.parametrize("fault", ["stall", "pause", "slow"])
async def test_silence_is_a_time_out(provider: Vendor, fault: str) -> None:
    provider.fault("openai", fault, ms=60_000)
    last = (await events(provider.url, read=0.3))[-1]
    assert isinstance(last, Failed)
    assert last.code == "upstream_timeout"


async def test_silence_after_every_reason_breaks_nothing(provider: Vendor) -> None:
    whole = await events(provider.url)
    provider.fault("openai", "pause", after=len(whole) - 2, ms=60_000)
    assert (await events(provider.url, read=0.3))[-1] == Finished("stop")


async def test_nothing_listening_is_unreachable() -> None:
    [failed] = await events(f"http://127.0.0.1:{free_port()}")
    assert isinstance(failed, Failed)
    assert (failed.code, failed.retryable) == ("upstream_unreachable", True)


async def test_the_servers_own_list_is_read(provider: Vendor) -> None:
    async with connections.new_clients() as clients:
        options = Options(f"{provider.url}/v1/")
        credential = Credential(TOKEN, "")
        listed = await client.models(clients.quick, options, credential)
    assert listed[0] == ("gpt-4o", "simulator")
    assert ("house/llama:70b", "simulator") in listed
