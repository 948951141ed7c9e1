import itertools

from hypothesis import given
from hypothesis import strategies as st

from proxy.upstream.streamchat import codec, prompt
from proxy.upstream.streamchat.prompt import Dialogue, Turn
from proxy.upstream.vocabulary import Message, Role


def say(*messages: tuple[Role, str], default: str = "") -> Dialogue:
    return prompt.dialogue([Message(role, text) for role, text in messages], default)


def spoken(*messages: tuple[Role, str]) -> list[str]:
    return [f"{'H' if t.human else 'A'}:{t.text}" for t in say(*messages).turns]


def test_system_and_developer_texts_join_with_a_blank_line() -> None:
    told = say(("system", "Be brief"), ("user", "Hi"), ("developer", "Be kind"))
    assert told.instructions == "Be brief\n\nBe kind"
    assert told.turns == (Turn(True, "Hi"),)


def test_the_default_instructions_stand_in_only_when_none_are_given() -> None:
    assert say(("user", "Hi"), default="Be kind").instructions == "Be kind"
    assert say(("system", ""), default="Be kind").instructions == ""


def test_nothing_to_say_becomes_one_space() -> None:
    assert spoken(("system", "Be brief")) == ["H: "]


def test_an_assistant_at_either_end_gets_a_human_beside_it() -> None:
    assert spoken(("assistant", "Hello")) == ["H: ", "A:Hello", "H: "]


def test_two_of_a_kind_get_the_other_between_them() -> None:
    assert spoken(("user", "a"), ("user", "b")) == ["H:a", "A: ", "H:b"]
    assert spoken(("user", "a"), ("assistant", "b"), ("assistant", "c")) == [
        "H:a", "A:b", "H: ", "A:c", "H: ",
    ]  # fmt: skip


@given(st.lists(st.tuples(st.booleans(), st.text(min_size=2))))
def test_any_dialogue_alternates_and_keeps_its_texts(
    turns: list[tuple[bool, str]],
) -> None:
    given_turns = [Turn(*turn) for turn in turns]
    mended = prompt.mend(given_turns)
    assert [turn.human for turn in mended] == [
        index % 2 == 0 for index in range(len(mended))
    ]
    assert mended[-1].human
    assert [turn for turn in mended if turn.text != " "] == given_turns


def ids() -> str:
    return f"00000000-0000-4000-8000-{next(COUNT):012d}"


COUNT = itertools.count(1)


def encode(model: str, system: str = "Be brief", slow_pool: bool = False) -> str:
    global COUNT
    COUNT = itertools.count(1)
    told = say(("system", system), ("user", "Hi"))
    return codec.encode_request(told, model, ids, slow_pool).hex()


def ascii_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}".encode().hex()


RC2 = (
    f"122f0a02486910016a24{ascii_id(1)}a00100220a0a084265206272696566"
    f"3a080a066770742d346f4a24{ascii_id(2)}7a24{ascii_id(3)}"
)


def test_a_request_has_the_bytes_of_the_reference() -> None:
    assert encode("gpt-4o") == RC2
    assert len(bytes.fromhex(RC2)) == 0x93


def test_a_long_context_model_and_the_slow_pool_set_their_fields() -> None:
    expected = RC2.replace("3a080a066770742d346f", "3a0f0a0b6770742d346f2d3132386b2801")
    assert encode("gpt-4o-128k", slow_pool=True) == f"{expected}b00101"


def test_blank_instructions_are_left_out() -> None:
    assert encode("gpt-4o", system="  ") == RC2.replace("220a0a084265206272696566", "")
