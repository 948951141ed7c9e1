"""The official client through a running gateway, to the other two kinds."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.live import Product
from tests.proxy import kinds
from tests.proxy.gateway import HELLO, Gateway

pytestmark = pytest.mark.browser

TOOL: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
        },
    },
}


@pytest.fixture(scope="module")
def running(live: Product) -> Gateway:
    kinds.add(live)
    return Gateway(live, live.auth_token)


@pytest.fixture
def gateway(running: Gateway) -> Iterator[Gateway]:
    yield running
    running.vendor.heal()


@pytest.fixture
def mended(gateway: Gateway) -> Iterator[Gateway]:
    """Its tokens take part again afterwards, whatever was done to them."""
    yield gateway
    gateway.heal()


def create(gateway: Gateway, model: str, **rest: Any) -> Any:
    asked: dict[str, Any] = HELLO | {"model": model} | rest
    return gateway.client().chat.completions.create(**asked)


def test_the_list_names_them_too(gateway: Gateway) -> None:
    ids = [model.id for model in gateway.client().models.list()]
    assert {"provided", "newer", "gpt-4o"} <= set(ids)


@pytest.mark.parametrize("model", ["provided", "newer"])
def test_tools_are_called_in_both_modes(gateway: Gateway, model: str) -> None:
    whole = create(gateway, model, tools=[TOOL]).choices[0]
    assert whole.finish_reason == "tool_calls"
    [call] = whole.message.tool_calls
    assert call.function.name == "weather"
    assert call.function.arguments == '{"city": "text"}'
    with gateway.client().chat.completions.stream(
        **HELLO | {"model": model}, tools=[TOOL]
    ) as stream:
        final = stream.get_final_completion().choices[0]
    assert final.finish_reason == "tool_calls"
    assert final.message.tool_calls is not None
    assert final.message.tool_calls[0].function.arguments == '{"city": "text"}'


@pytest.mark.parametrize("model", ["provided", "newer"])
def test_a_result_goes_back_and_is_read(gateway: Gateway, model: str) -> None:
    called = create(gateway, model, tools=[TOOL]).choices[0].message
    [call] = called.tool_calls
    messages = [
        *HELLO["messages"],
        called.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "rain"},
    ]
    answered = create(gateway, model, tools=[TOOL], messages=messages).choices[0]
    assert answered.finish_reason == "stop"
    assert "rain" in answered.message.content


def test_an_upstreams_own_count_is_told_and_kept(gateway: Gateway) -> None:
    for model, counts in (("provided", (8, 12)), ("newer", (10, 20))):
        answer = create(gateway, model)
        usage = answer.usage.prompt_tokens, answer.usage.completion_tokens
        row = gateway.row(str(answer._request_id))
        assert usage == counts == (row["prompt_tokens"], row["completion_tokens"])
        assert not row["tokens_estimated"]


def test_a_caller_who_asks_for_no_usage_sees_none_and_is_counted(
    gateway: Gateway,
) -> None:
    answer = gateway.post(HELLO | {"model": "provided", "stream": True})
    assert "usage" not in answer.text
    assert answer.text.endswith("data: [DONE]\n\n")
    assert answer.text.count('"finish_reason":"stop"') == 1
    row = gateway.row(answer.headers["x-request-id"])
    assert (row["prompt_tokens"], row["completion_tokens"]) == (8, 12)
    assert not row["tokens_estimated"]


def test_a_caller_who_asks_for_usage_gets_it_with_its_details(
    gateway: Gateway,
) -> None:
    options = {"include_usage": True}
    *chunks, last = create(gateway, "provided", stream=True, stream_options=options)
    assert all(chunk.usage is None for chunk in chunks)
    assert last.usage.prompt_tokens_details.cached_tokens == 3
    assert {chunk.model for chunk in [*chunks, last]} == {"gpt-4o-2024-08-06"}


def test_choices_logprobs_and_formats_pass_through(gateway: Gateway) -> None:
    answer = create(gateway, "provided", n=2, logprobs=True)
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert answer.choices[0].logprobs.content[0].token == "Hello"
    formatted = create(gateway, "provided", response_format={"type": "json_object"})
    assert formatted.choices[0].message.content == '{"hello": "simulator"}'
    parts = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
    seen = create(gateway, "provided", messages=[{"role": "user", "content": parts}])
    assert "image_url" in seen.choices[0].message.content


def test_what_a_kind_cannot_do_is_refused_by_name(gateway: Gateway) -> None:
    for model, changes, param in (
        ("newer", {"n": 2}, "n"),
        ("newer", {"logprobs": True}, "logprobs"),
        ("newer", {"tools": [TOOL], "tool_choice": "required"}, "tool_choice"),
    ):
        with pytest.raises(openai.BadRequestError) as error:
            create(gateway, model, **changes)
        assert error.value.param == param


def test_a_providers_refusal_of_the_request_is_the_callers(gateway: Gateway) -> None:
    gateway.vendor.fault("openai", "context_length")
    with pytest.raises(openai.BadRequestError) as error:
        create(gateway, "provided")
    assert error.value.code == "context_length_exceeded"
    assert error.value.param == "messages"


@pytest.mark.parametrize(
    ("fault", "status"),
    [("invalid_key", (502, 503)), ("403", (502, 503)), ("rate_limited", (429,))],
)
def test_a_providers_trouble_with_our_key_is_never_the_callers_401(
    mended: Gateway, fault: str, status: tuple[int, ...]
) -> None:
    gateway = mended
    gateway.vendor.fault("openai", fault, times=5)
    answer = gateway.post(HELLO | {"model": "provided"})
    assert answer.status_code in status
    assert "org-123" not in answer.text


@pytest.mark.parametrize("ends", ["clean", "abort", "reset"])
def test_a_cut_stream_raises_in_the_client(gateway: Gateway, ends: str) -> None:
    gateway.vendor.fault("openai", "cut_at", after=4, ends=ends)
    with pytest.raises(openai.APIError, match="upstream"):
        list(create(gateway, "provided", stream=True))
    row = gateway.row()
    assert (row["outcome"], row["error_code"]) == ("truncated", "upstream_cut")


@pytest.mark.parametrize("stream", [False, True])
def test_every_field_at_once_is_answered_strictly(
    gateway: Gateway, stream: bool
) -> None:
    client = openai.OpenAI(
        base_url=gateway.url, api_key=gateway.key, _strict_response_validation=True
    )
    answer: Any = client.chat.completions.create(
        model="provided",
        messages=[{"role": "developer", "content": "string", "name": "name"}],
        audio={"format": "wav", "voice": "alloy"},
        frequency_penalty=-2,
        function_call="none",
        functions=[{"name": "name", "parameters": {"foo": "bar"}}],
        logit_bias={"foo": 0},
        logprobs=True,
        max_completion_tokens=0,
        max_tokens=0,
        metadata={"foo": "string"},
        modalities=["text"],
        n=1,
        seed=-9007199254740991,
        stop="\n",
        store=True,
        stream=stream,
        stream_options={"include_usage": True, "include_obfuscation": True},
        temperature=1,
        tool_choice="none",
        tools=[TOOL],
        top_logprobs=0,
        user="user-1234",
    )
    if stream:
        *_, answer = list(answer)
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 12


@pytest.mark.parametrize(
    ("fault", "options", "tries"),
    [
        ("rate_limited", {"retry_after": "1"}, 3),
        ("context_length", {}, 1),
        ("502", {}, 3),
    ],
)
def test_an_sdk_tries_again_where_that_helps(
    mended: Gateway, fault: str, options: dict[str, Any], tries: int
) -> None:
    gateway = mended
    gateway.vendor.fault("openai", fault, times=None, **options)
    before = len(gateway.rows())
    client = openai.OpenAI(base_url=gateway.url, api_key=gateway.key, max_retries=2)
    with pytest.raises(openai.APIStatusError):
        client.chat.completions.create(**HELLO | {"model": "provided"})
    assert len(gateway.rows()) - before == tries
