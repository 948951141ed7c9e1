"""Prompts, requests and tool calls of the unified chat, without any HTTP."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.upstream.errors import BadAnswer, BadEnvelope, CutStream
from proxy.upstream.unified import codec
from proxy.upstream.unified.codec import CallSoFar
from proxy.upstream.unified.prompt import FILLER, Dialogue, Result, Turn, dialogue
from proxy.upstream.unified.toolcalls import ToolCalls
from proxy.upstream.vocabulary import Message, Prompt, Tool, ToolCall, ToolCallDelta
from simulator import unified
from simulator.wire import Frame

CALL = ToolCall("call_1", "weather", '{"city":"Bonn"}')
TOOL = Tool("weather", "Tells it.", '{"type":"object"}')


def test_a_tools_result_is_part_of_the_turn_that_called_it() -> None:
    spoken = dialogue(
        [
            Message("system", "Be brief."),
            Message("user", "Rain?"),
            Message("assistant", "", (CALL, ToolCall("call_2", "time", "{}"))),
            Message("tool", "no", tool_call_id="call_1"),
            Message("tool", "noon", tool_call_id="call_2"),
            Message("developer", "Be kind."),
        ],
        "unused",
    )
    results = Result(CALL, 0, "no"), Result(ToolCall("call_2", "time", "{}"), 1, "noon")
    assert spoken == Dialogue(
        "Be brief.\nBe kind.", (Turn(True, "Rain?"), Turn(False, "", results))
    )


@pytest.mark.parametrize(
    ("messages", "turns"),
    [
        ([], [(True, FILLER)]),
        ([Message("assistant", "Hi")], [(True, FILLER), (False, "Hi")]),
        (
            [Message("user", "a"), Message("user", "b")],
            [(True, "a"), (True, "b")],
        ),
    ],
)
def test_the_human_speaks_first(
    messages: list[Message], turns: list[tuple[bool, str]]
) -> None:
    spoken = dialogue(messages, "Default.")
    assert [(turn.human, turn.text) for turn in spoken.turns] == turns
    assert spoken.instructions == "Default."


def sent(prompt: Prompt) -> unified.UnifiedRequest:
    """Our bytes as a reader sees them that shares no code with us."""
    ids = (f"id-{number}" for number in itertools.count())
    spoken = dialogue(prompt.messages, "")
    encoded = codec.encode_request(spoken, prompt, "2.0.0", lambda: next(ids))
    return unified.parse(Frame(encoded).encode())


def test_a_plain_request_is_a_chat_without_tools() -> None:
    asked = sent(Prompt("gpt-5", (Message("system", "S"), Message("user", "Hi"))))
    assert (asked.model, asked.context) == ("gpt-5", "S")
    assert asked.turns == (unified.Turn("human", "Hi", ()),)
    assert (asked.mode, asked.is_agentic, asked.tools_disabled) == (1, False, True)
    assert (asked.client_version, asked.bubbles) == ("2.0.0", ("id-0",))
    assert asked.thinking_level is None


@pytest.mark.parametrize(("effort", "level"), [("high", 2), ("medium", 1), ("x", None)])
def test_effort_is_a_level_of_thinking(effort: str, level: int | None) -> None:
    asked = sent(Prompt("gpt-5", (Message("user", "Hi"),), effort=effort))
    assert asked.thinking_level == level


def test_tools_and_their_results_go_along() -> None:
    messages = (
        Message("user", "Rain?"),
        Message("assistant", "Let me see.", (CALL,)),
        Message("tool", "no", tool_call_id="call_1"),
    )
    asked = sent(Prompt("gpt-5", messages, (TOOL,)))
    assert (asked.mode, asked.is_agentic, asked.tools_disabled) == (2, True, False)
    [tool] = asked.tools
    assert (tool.name, tool.parameters) == ("weather", '{"type":"object"}')
    assert asked.turns[1].results == (
        unified.Result("call_1", "weather", '{"city":"Bonn"}', "no"),
    )


def test_noise_is_told() -> None:
    with pytest.raises(BadEnvelope):
        codec.decode(b"\x0a\x7fHi")


def pieces(*calls: CallSoFar) -> list[ToolCallDelta]:
    seen = ToolCalls([TOOL, Tool("time", "", "{}")])
    return [delta for call in calls for delta in seen.see(call)]


def so_far(arguments: str, more: bool = True, name: str = "weather") -> CallSoFar:
    return CallSoFar(f"id-{name}", name, arguments, more)


def test_only_what_is_new_of_the_arguments_is_told() -> None:
    assert pieces(so_far(""), so_far("{"), so_far("{"), so_far('{"a":1}', False)) == [
        ToolCallDelta(0, "id-weather", "weather", ""),
        ToolCallDelta(0, "", "", "{"),
        ToolCallDelta(0, "", "", '"a":1}'),
    ]


def test_calls_are_numbered_as_they_begin_even_when_they_mingle() -> None:
    got = pieces(
        so_far("{"), so_far("{", name="time"), so_far("{}", False), so_far("{}")
    )
    assert [delta.index for delta in got] == [0, 0, 1, 1, 0]


def test_a_call_without_arguments_has_an_empty_object() -> None:
    assert [delta.arguments for delta in pieces(so_far("", False))] == ["", "{}"]


@pytest.mark.parametrize("name", ["mcp_gateway_weather", "gateway-weather", "weather"])
def test_a_name_is_the_callers_own(name: str) -> None:
    [begun, _] = pieces(CallSoFar("1", name, "{}", False))
    assert begun.name == "weather"


def test_a_tool_that_nobody_offered_is_told() -> None:
    with pytest.raises(BadAnswer, match="not offered"):
        pieces(so_far("{}", name="read_file"))


def test_words_taken_back_are_told() -> None:
    with pytest.raises(BadAnswer, match="changed"):
        pieces(so_far('{"a"'), so_far('{"b"'))


def test_a_call_that_still_grows_is_cut() -> None:
    seen = ToolCalls([TOOL])
    list(seen.see(so_far("{")))
    with pytest.raises(CutStream):
        seen.check_whole()
    list(seen.see(so_far("{}", False)))
    seen.check_whole()


@given(st.text(), st.lists(st.integers(0, 20)).map(sorted))
def test_the_pieces_make_up_the_whole(text: str, cuts: list[int]) -> None:
    got = pieces(*[so_far(text[:cut]) for cut in cuts], so_far(text, False))
    assert "".join(delta.arguments for delta in got) == (text or "{}")
