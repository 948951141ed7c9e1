"""From a list of chat messages to what StreamChat can hold.

StreamChat takes one text of instructions and a dialogue that begins with the human,
takes turns strictly and ends with the human. OpenAI's messages need not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from proxy.upstream.vocabulary import Message

INSTRUCTING = ("system", "developer")
# The vendor drops a message without text, so a missing turn is a single space.
FILLER = " "


@dataclass(frozen=True, slots=True)
class Turn:
    human: bool
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dialogue:
    instructions: str = field(repr=False)
    turns: tuple[Turn, ...]


def dialogue(messages: Sequence[Message], default_instructions: str) -> Dialogue:
    """System and developer texts are joined by a blank line, in their order.

    Their place in the conversation is lost: StreamChat has one field for them.
    """
    given = [message.text for message in messages if message.role in INSTRUCTING]
    turns = [
        Turn(human=message.role == "user", text=message.text)
        for message in messages
        if message.role not in INSTRUCTING
    ]
    return Dialogue("\n\n".join(given) if given else default_instructions, mend(turns))


def mend(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Fill in turns until human and assistant alternate, the human first and last."""
    mended: list[Turn] = []
    for turn in turns:
        expected_human = not mended or not mended[-1].human
        if turn.human != expected_human:
            mended.append(Turn(human=expected_human, text=FILLER))
        mended.append(turn)
    if not mended or not mended[-1].human:
        mended.append(Turn(human=True, text=FILLER))
    return tuple(mended)
