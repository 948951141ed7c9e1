"""The official client, a real server, the simulator behind it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from tests.live import Product, product
from tests.proxy.gateway import ERROR_KEYS, HELLO, Gateway, refusal


@pytest.fixture(scope="module")
def running(live: Product) -> Gateway:
    gateway = Gateway(live, live.auth_token)
    gateway.give_tokens()
    return gateway


@pytest.fixture
def gateway(running: Gateway) -> Iterator[Gateway]:
    yield running
    running.heal()


def test_the_client_lists_the_models(gateway: Gateway) -> None:
    models = list(gateway.client().models.list())
    assert len(models) == 21
    assert models[0].id == "claude-3.5-sonnet"
    assert gateway.client().models.retrieve("o1").owned_by == "openai"
    with pytest.raises(openai.NotFoundError) as error:
        gateway.client().models.retrieve("meta/llama:70b")
    assert error.value.code == "model_not_found"


def test_the_client_gets_a_whole_answer_and_a_row_is_left(gateway: Gateway) -> None:
    answer = gateway.client().chat.completions.create(**HELLO)
    [choice] = answer.choices
    assert "Hi" in (choice.message.content or "")
    assert choice.finish_reason == "stop"
    assert answer.usage is not None
    row = gateway.row(str(answer._request_id))
    assert (row["outcome"], row["status"], row["stream"]) == ("ok", 200, False)
    assert (row["caller"], row["model"]) == ("master", "gpt-4o")
    assert row["completion_tokens"] == answer.usage.completion_tokens > 0


def test_the_client_streams_the_same_answer(gateway: Gateway) -> None:
    whole = gateway.client().chat.completions.create(**HELLO)
    chunks = list(gateway.client().chat.completions.create(**HELLO, stream=True))
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(texts) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)
    assert gateway.row()["outcome"] == "ok"


def test_the_client_gets_usage_in_the_last_chunk_when_it_asks(
    gateway: Gateway,
) -> None:
    stream = gateway.client().chat.completions.create(
        **HELLO, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(stream)
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.total_tokens > last.usage.prompt_tokens > 0


def test_a_stream_has_the_headers_that_keep_it_flowing(gateway: Gateway) -> None:
    answer = gateway.post(HELLO | {"stream": True})
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-accel-buffering"] == "no"
    assert "content-length" not in answer.headers
    assert "content-encoding" not in answer.headers
    assert answer.text.endswith("data: [DONE]\n\n")
    assert answer.text.count("[DONE]") == 1


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [("wrong", 401, "invalid_api_key"), ("' OR 1=1 --", 401, "invalid_api_key")],
)
def test_a_wrong_key_opens_no_route(
    gateway: Gateway, key: str, status: int, code: str
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    for answer in (
        gateway.post(key=key),
        httpx.get(f"{gateway.url}/models", headers=headers),
        httpx.get(f"{gateway.url}/models/o1", headers=headers),
    ):
        assert (answer.status_code, refusal(answer)["code"]) == (status, code)


def test_a_missing_key_is_told(gateway: Gateway) -> None:
    answer = httpx.get(f"{gateway.url}/models")
    assert answer.status_code == 401
    assert "Authorization" in refusal(answer)["message"]


@pytest.mark.parametrize(
    ("body", "status", "param", "code"),
    [
        ({}, 400, "model", "missing_required_parameter"),
        (HELLO | {"messages": []}, 400, "messages", "empty_array"),
        (HELLO | {"model": "gpt-9"}, 404, "model", "model_not_found"),
        (HELLO | {"tools": [{}]}, 400, "tools", "unsupported_parameter"),
        ([], 400, None, None),
    ],
)
def test_a_bad_request_is_refused_by_name_and_leaves_a_row(
    gateway: Gateway, body: Any, status: int, param: str | None, code: str | None
) -> None:
    answer = gateway.post(body)
    error = refusal(answer)
    assert (answer.status_code, error["param"], error["code"]) == (status, param, code)
    row = gateway.row(answer.headers["x-request-id"])
    assert (row["outcome"], row["status"]) == ("refused", status)
    assert row["error_code"] == (code or "")


def test_a_dead_token_is_passed_over_unseen(gateway: Gateway) -> None:
    gateway.vendor.fault("chat", "V1")
    answer = gateway.post()
    assert answer.status_code == 200
    assert gateway.row(answer.headers["x-request-id"])["outcome"] == "ok"


@pytest.mark.parametrize(
    ("fault", "times", "status", "code"),
    [
        ("500", 2, 502, "upstream_http_500"),
        ("464", 1, 502, "upstream_http_464"),
        ("html", 1, 502, "upstream_bad_answer"),
        ("only_end", 2, 502, "upstream_empty_answer"),
        ("close", 2, 502, "upstream_unreachable"),
        ("V3", 1, 502, "upstream_outdated_client"),
        ("V4", 1, 502, "upstream_deprecated"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_failure_before_the_first_byte_has_its_status(
    gateway: Gateway, fault: str, times: int, status: int, code: str, stream: bool
) -> None:
    gateway.vendor.fault("chat", fault, times=times)
    answer = gateway.post(HELLO | {"stream": stream})
    assert (answer.status_code, refusal(answer)["code"]) == (status, code)
    row = gateway.row(answer.headers["x-request-id"])
    assert (row["outcome"], row["status"], row["error_code"]) == (
        "failed",
        status,
        code,
    )


def test_an_outdated_client_is_told_in_the_vendors_words(gateway: Gateway) -> None:
    gateway.vendor.fault("chat", "V3")
    answer = gateway.post()
    assert refusal(answer)["type"] == "upstream_error"
    assert "Update Required" in refusal(answer)["message"]
    assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("fault", ["no_end", "error_after_text"])
def test_a_stream_that_breaks_raises_in_the_client(
    gateway: Gateway, fault: str
) -> None:
    gateway.vendor.fault("chat", fault)
    texts: list[str] = []
    stream = gateway.client().chat.completions.create(**HELLO, stream=True)
    with pytest.raises(openai.APIError) as error:
        for chunk in stream:
            texts.append(chunk.choices[0].delta.content or "")
    assert "".join(texts)
    assert error.value.type == "upstream_error"
    row = gateway.row()
    assert (row["outcome"], row["status"]) == ("truncated", 200)


@pytest.mark.parametrize("fault", ["no_end", "error_after_text"])
def test_a_whole_answer_that_is_cut_comes_from_another_token(
    gateway: Gateway, fault: str
) -> None:
    good = gateway.post().json()["choices"][0]["message"]["content"]
    gateway.vendor.fault("chat", fault)
    answer = gateway.post()
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == good
    row = gateway.row(answer.headers["x-request-id"])
    assert (row["outcome"], row["status"]) == ("ok", 200)


def test_a_whole_answer_that_is_cut_each_time_is_an_error(gateway: Gateway) -> None:
    gateway.vendor.fault("chat", "no_end", times=2)
    answer = gateway.post()
    assert (answer.status_code, refusal(answer)["code"]) == (502, "upstream_cut")
    row = gateway.row(answer.headers["x-request-id"])
    assert (row["outcome"], row["status"]) == ("truncated", 502)


def test_a_broken_stream_ends_without_done(gateway: Gateway) -> None:
    gateway.vendor.fault("chat", "no_end")
    answer = gateway.post(HELLO | {"stream": True})
    *_, last, rest = answer.text.split("\n\n")
    assert rest == ""
    assert list(json.loads(last.removeprefix("data: "))["error"]) == ERROR_KEYS
    assert '"stop"' not in answer.text


def test_when_all_tokens_are_rate_limited_it_says_for_how_long(
    gateway: Gateway,
) -> None:
    gateway.vendor.fault("chat", "429", times=1, retry_after=7)
    gateway.vendor.fault("chat", "429", times=2, retry_after=3600)
    for _ in range(2):
        answer = gateway.post()
        assert answer.status_code == 429
        error = refusal(answer)
        assert error["code"] == "rate_limit_exceeded"
        assert error["type"] == "rate_limit_error"
        assert 1 <= int(answer.headers["retry-after"]) <= 7
    assert len(gateway.vendor.requests("chat")) >= 3


def test_when_all_tokens_are_dead_it_is_never_the_callers_401(
    gateway: Gateway,
) -> None:
    gateway.vendor.fault("chat", "V1", times=3)
    for _ in range(2):
        answer = gateway.post()
        assert (answer.status_code, refusal(answer)["code"]) == (503, "overloaded")
        assert answer.headers["x-should-retry"] == "false"


def test_an_api_key_may_do_what_it_was_given(gateway: Gateway) -> None:
    printed = gateway.live.manage(
        "create_api_key", "Ann@example.org", "--models", "o1,gpt-4o", "--team", "demo"
    )
    key = printed.splitlines()[-1]
    client = gateway.client(key)
    assert [model.id for model in client.models.list()] == ["gpt-4o", "o1"]
    answer = client.chat.completions.create(**HELLO)
    row = gateway.row(str(answer._request_id))
    assert (row["owner_email"], row["caller"]) == ("ann@example.org", key.split("-")[1])
    with pytest.raises(openai.PermissionDeniedError) as error:
        client.chat.completions.create(**HELLO | {"model": "gpt-4"})
    assert error.value.code == "model_not_allowed"
    gateway.live.manage(
        "shell", "-c", "from tokens.models import *; ApiKey.objects.all().delete()"
    )
    with pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_no_secret_is_in_the_log(gateway: Gateway) -> None:
    gateway.post(key="a-canary-of-a-key")
    gateway.vendor.fault("chat", "close", times=3)
    gateway.post(HELLO | {"messages": [{"role": "user", "content": "a-canary"}]})
    log = gateway.live.log("web").read_text()
    for secret in ("spare-token", "demo-upstream-token", gateway.key, "canary"):
        assert secret not in log


@pytest.mark.parametrize("prefix", ["/gate/way"])
def test_the_prefix_stands_before_v1_only(prefix: str) -> None:
    with product("web", ROUTE_PREFIX=prefix) as running:
        headers = {"Authorization": f"Bearer {running.auth_token}"}
        inside = f"{running.url}{prefix}/v1"
        assert httpx.get(f"{inside}/models", headers=headers).status_code == 200
        for path in ("/x", "%0ax"):
            assert refusal(httpx.get(f"{inside}{path}"))["code"] == "invalid_api_key"
            answer = httpx.get(f"{inside}{path}", headers=headers)
            assert refusal(answer)["code"] == "unknown_url"
        for path in (prefix, f"{prefix}/", f"{prefix}/x"):
            bare = httpx.get(f"{running.url}{path}")
            assert (bare.status_code, refusal(bare)["code"]) == (404, "unknown_url")
        outside = httpx.get(f"{running.url}/v1/models", headers=headers)
        assert (outside.status_code, refusal(outside)["code"]) == (404, "unknown_url")
        assert httpx.get(f"{running.url}/health").status_code == 200
