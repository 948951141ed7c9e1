"""Requests as the kinds take them that can do more than text."""

import json
from typing import Any

import pytest

from proxy import prompts, schemas
from proxy.catalogue import Route
from proxy.errors import BadField
from proxy.prompts import Abilities
from proxy.upstream.vocabulary import Message, Prompt, Tool, ToolCall
from proxy.upstreams import prompts as as_served

TOOLS, EVERYTHING = Abilities(tools=True), Abilities(everything=True)
GOOD: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": "Hi"}],
}
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells it.",
        "parameters": {"type": "object"},
    },
}
CALL = {
    "id": "1",
    "type": "function",
    "function": {"name": "weather", "arguments": "{}"},
}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}


def prompt(abilities: Abilities = TOOLS, **changes: Any) -> Prompt:
    asked = schemas.parse(json.dumps(GOOD | changes).encode())
    return prompts.prompt(asked, "name-there", abilities)


def refusal(**changes: Any) -> tuple[str | None, str | None]:
    with pytest.raises(BadField) as error:
        prompt(**changes)
    return error.value.param, error.value.code


def test_tools_calls_and_results_are_read() -> None:
    result = {"role": "tool", "tool_call_id": "1", "content": "rain"}
    read = prompt(
        tools=[WEATHER, {"type": "function", "function": {"name": "bare"}}],
        messages=[*GOOD["messages"], CALLED, result],
        reasoning_effort="high",
    )
    assert read.model == "name-there"
    assert read.tools == (
        Tool("weather", "Tells it.", '{"type":"object"}'),
        Tool("bare", "", '{"type":"object","properties":{}}'),
    )
    assert read.messages[1:] == (
        Message("assistant", "", (ToolCall("1", "weather", "{}"),)),
        Message("tool", "rain", tool_call_id="1"),
    )
    assert read.effort == "high"


def test_tools_that_must_not_be_called_are_left_out() -> None:
    assert prompt(tools=[WEATHER], tool_choice="none").tools == ()


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"tool_choice": "required"}, "tool_choice", "unsupported_parameter"),
        ({"tool_choice": {"type": "function"}}, "tool_choice", "unsupported_parameter"),
        ({"tools": {"a": 1}}, "tools", "invalid_type"),
        ({"tools": [3]}, "tools[0]", "invalid_type"),
        ({"tools": [{"type": "web"}]}, "tools[0].type", "unsupported_parameter"),
        (
            {"tools": [{"type": "function"}]},
            "tools[0].function",
            "missing_required_parameter",
        ),
        (
            {"tools": [{"type": "function", "function": {"name": 3}}]},
            "tools[0].function.name",
            "invalid_type",
        ),
        ({"functions": [{"name": "f"}]}, "functions", "unsupported_parameter"),
        ({"n": 2}, "n", "unsupported_parameter"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    changes: dict[str, Any], param: str, code: str
) -> None:
    assert refusal(**{"tools": [WEATHER], **changes}) == (param, code)


@pytest.mark.parametrize(
    ("message", "param", "code"),
    [
        (
            {"role": "tool", "content": "x"},
            "tool_call_id",
            "missing_required_parameter",
        ),
        (
            {"role": "tool", "content": "x", "tool_call_id": "2"},
            "tool_call_id",
            "invalid_value",
        ),
        ({"role": "function", "content": "x"}, "role", "unsupported_parameter"),
        ({"role": "assistant", "tool_calls": 3}, "tool_calls", "invalid_type"),
        ({"role": "assistant", "tool_calls": [3]}, "tool_calls[0]", "invalid_type"),
        (
            {"role": "assistant", "tool_calls": [CALL | {"id": None}]},
            "tool_calls[0].id",
            "missing_required_parameter",
        ),
        (
            {"role": "assistant", "function_call": {"name": "f"}},
            "function_call",
            "unsupported_parameter",
        ),
    ],
)
def test_a_message_that_cannot_be_used_is_named_with_its_place(
    message: dict[str, Any], param: str, code: str
) -> None:
    assert refusal(messages=[CALLED, message]) == (f"messages[1].{param}", code)


def test_a_kind_that_passes_on_takes_everything() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}]
    read = prompt(
        EVERYTHING,
        messages=[{"role": "user", "content": parts}, {"role": "function"}, CALLED],
        tools="whatever",
        n=3,
        logprobs=True,
    )
    assert [message.text for message in read.messages] == ["a", "", ""]
    assert json.loads(read.raw)["n"] == 3
    assert not read.stream


def test_of_a_models_upstreams_those_are_asked_that_can() -> None:
    asked = schemas.parse(json.dumps(GOOD | {"tools": [WEATHER]}).encode())
    routes = [Route(1, "streamchat", "a"), Route(2, "unified", "b")]
    routes.append(Route(3, "openai", "c"))
    able = as_served(routes, asked)
    assert {upstream: one.model for upstream, one in able.items()} == {2: "b", 3: "c"}
    with pytest.raises(BadField, match="Tools are not supported"):
        as_served(routes[:1], asked)
    assert as_served([], asked) == {}
