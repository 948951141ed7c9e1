"""Which colour of the palette a series has: on every page and in every period the same,
as far as seven colours go."""

from collections.abc import Iterable
from zlib import crc32

# s1 to s7 can be told apart by everybody; see static/css/tokens.css.
COLOURS = tuple(f"s{number}" for number in range(1, 8))
REST = "rest"


def coloured(keys: Iterable[str]) -> dict[str, str]:
    """The first to come gets the colour that its name alone asks for; who finds it
    taken gets the next free one, and who finds none free the grey of the rest."""
    found: dict[str, str] = {}
    for key in keys:
        home = crc32(key.encode()) % len(COLOURS)
        round_trip = COLOURS[home:] + COLOURS[:home]
        taken = set(found.values())
        found[key] = next((c for c in round_trip if c not in taken), REST)
    return found
