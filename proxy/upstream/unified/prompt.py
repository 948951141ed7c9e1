"""From a list of chat messages to what the unified chat can hold.

It takes one text of instructions and turns of human and model. A tool's result is part
of the model's turn that called the tool.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from proxy.upstream.vocabulary import Message, ToolCall

INSTRUCTING = ("system", "developer")
FILLER = " "


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool gave; `index` is the call's place in its turn."""

    call: ToolCall
    index: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    human: bool
    text: str = field(repr=False)
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialogue:
    instructions: str = field(repr=False)
    turns: tuple[Turn, ...]


def dialogue(messages: Sequence[Message], default_instructions: str) -> Dialogue:
    """The human speaks first; a missing first turn is a single space."""
    given = [message.text for message in messages if message.role in INSTRUCTING]
    turns: list[Turn] = []
    called: dict[str, tuple[int, int, ToolCall]] = {}
    for message in messages:
        if message.role == "tool":
            place, index, call = called[message.tool_call_id]
            result = Result(call, index, message.text)
            results = (*turns[place].results, result)
            turns[place] = replace(turns[place], results=results)
        elif message.role not in INSTRUCTING:
            if not turns and message.role != "user":
                turns.append(Turn(human=True, text=FILLER))
            for index, call in enumerate(message.tool_calls):
                called[call.id] = len(turns), index, call
            turns.append(Turn(message.role == "user", message.text))
    instructions = "\n".join(given) if given else default_instructions
    return Dialogue(instructions, tuple(turns) or (Turn(True, FILLER),))
