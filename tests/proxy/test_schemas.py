import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy import prompts, schemas
from proxy.errors import BadField, BadRequest
from proxy.prompts import Abilities
from proxy.schemas import ChatRequest
from proxy.upstream.vocabulary import Prompt

GOOD: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": "Hi"}],
}


def parse(**changes: Any) -> ChatRequest:
    return schemas.parse(json.dumps(GOOD | changes).encode())


def prompt(**changes: Any) -> Prompt:
    """As a kind takes it that has text and nothing else."""
    return prompts.prompt(parse(**changes), "gpt-4o", Abilities())


def refusal(**changes: Any) -> tuple[str | None, str | None]:
    with pytest.raises(BadField) as error:
        prompt(**changes)
    assert error.value.status == 400
    assert error.value.message
    return error.value.param, error.value.code


def said(*messages: dict[str, Any]) -> list[tuple[str, str]]:
    read = prompt(messages=list(messages))
    return [(message.role, message.text) for message in read.messages]


def test_a_plain_request_is_read() -> None:
    asked = parse()
    assert asked.model == "gpt-4o"
    assert said(*GOOD["messages"]) == [("user", "Hi")]
    assert (asked.stream, asked.include_usage) == (False, False)


def test_every_role_is_read() -> None:
    assert said(
        {"role": "system", "content": "a"},
        {"role": "developer", "content": "b"},
        {"role": "assistant", "content": "c", "name": "x"},
    ) == [("system", "a"), ("developer", "b"), ("assistant", "c")]


def test_text_parts_are_joined_by_lines() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert said({"role": "user", "content": parts}) == [("user", "a\nb")]


def test_an_assistants_refusal_stands_for_its_text() -> None:
    assert said(
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"role": "assistant"},
    ) == [("assistant", "No."), ("assistant", "No."), ("assistant", "")]


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'"\\ud800"', b"[" * 100_000])
def test_a_body_that_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest, match="not valid JSON") as error:
        schemas.parse(raw)
    assert (error.value.param, error.value.code) == (None, None)


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"x"', b"3"])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest, match="JSON object"):
        schemas.parse(raw)


MISSING, TYPE, VALUE = "missing_required_parameter", "invalid_type", "invalid_value"


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"model": None}, "model", MISSING),
        ({"model": 4}, "model", TYPE),
        ({"messages": None}, "messages", MISSING),
        ({"messages": "Hi"}, "messages", TYPE),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": ["Hi"]}, "messages[0]", TYPE),
        ({"stream": "yes"}, "stream", TYPE),
        ({"stream": True, "stream_options": 1}, "stream_options", TYPE),
        (
            {"stream": True, "stream_options": {"include_usage": 1}},
            "stream_options.include_usage",
            TYPE,
        ),
        ({"max_tokens": "9"}, "max_tokens", TYPE),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", TYPE),
        ({"n": True}, "n", TYPE),
        ({"n": 0}, "n", VALUE),
    ],
)
def test_a_field_that_is_used_must_be_right(
    changes: dict[str, Any], param: str, code: str
) -> None:
    assert refusal(**changes) == (param, code)


@pytest.mark.parametrize(
    ("message", "param", "code"),
    [
        ({"content": "Hi"}, "role", MISSING),
        ({"role": "robot", "content": "Hi"}, "role", VALUE),
        ({"role": ["user"], "content": "Hi"}, "role", VALUE),
        ({"role": "user"}, "content", MISSING),
        ({"role": "user", "content": 3}, "content", TYPE),
        ({"role": "user", "content": ["Hi"]}, "content[0]", TYPE),
        ({"role": "user", "content": [{"type": "text"}]}, "content[0].text", MISSING),
        (
            {"role": "user", "content": [{"type": "text", "text": 3}]},
            "content[0].text",
            TYPE,
        ),
    ],
)
def test_a_message_that_is_wrong_is_named_with_its_place(
    message: dict[str, Any], param: str, code: str
) -> None:
    good = {"role": "user", "content": "Hi"}
    assert refusal(messages=[good, message]) == (f"messages[1].{param}", code)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"tools": [{"type": "function"}], "tool_choice": "auto"}, "tools"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
    ],
)
def test_what_the_backend_lacks_is_refused_by_name(
    changes: dict[str, Any], param: str
) -> None:
    assert refusal(**changes) == (param, "unsupported_parameter")


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"role": "tool", "content": "4"}, "messages[0].role"),
        ({"role": "function", "content": "4"}, "messages[0].role"),
        (
            {"role": "assistant", "tool_calls": [{"id": "1"}]},
            "messages[0].tool_calls",
        ),
    ],
)
def test_tool_messages_are_refused_by_name(message: dict[str, Any], param: str) -> None:
    assert refusal(messages=[message]) == (param, "unsupported_parameter")


@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file", None, 3])
def test_a_part_that_is_not_text_is_refused_by_name(kind: object) -> None:
    message = {"role": "user", "content": [{"type": kind, "x": {}}]}
    assert refusal(messages=[message]) == (
        "messages[0].content[0].type",
        "unsupported_content",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"tools": [], "functions": None},
        {"tools": [{"type": "function"}], "tool_choice": "none"},
        {"functions": [{"name": "f"}], "function_call": "none"},
        {"response_format": {"type": "text"}, "n": 1, "logprobs": False},
        {"max_tokens": 0, "max_completion_tokens": 0, "temperature": 9, "stop": "x"},
        {"store": True, "metadata": {"a": "b"}, "unheard_of": [1], "seed": None},
        {"stream_options": {"include_usage": True}},
        {"stream": None, "audio": {"voice": "x"}, "modalities": ["text"]},
        {"model": "o1", "stream": True},
    ],
)
def test_the_rest_is_accepted(changes: dict[str, Any]) -> None:
    assert prompt(**changes).messages


def test_usage_is_included_only_in_a_stream() -> None:
    options = {"stream_options": {"include_usage": True}}
    assert parse(stream=True, **options).include_usage
    assert not parse(**options).include_usage


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from([*GOOD, "stream", "tools", "n", "stream_options"]), JSON)
def test_no_value_of_a_field_breaks_the_reading(name: str, value: object) -> None:
    try:
        prompt(**{"stream": True, name: value})
    except BadRequest as error:
        assert error.message


@given(JSON)
def test_no_message_breaks_the_reading(value: object) -> None:
    for message in (value, {"role": "user", "content": value}):
        try:
            prompt(messages=[message])
        except BadRequest as error:
            assert error.param
