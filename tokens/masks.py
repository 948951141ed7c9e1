"""What stands for a secret where people look: its end, and the number of its row.

`…wxyz~17` is the token of row 17, `…9f3a~17` in a checksum's place the ids of that
row's machine. Such a text comes back from a page or an editor and means “unchanged”.
"""

import re

_END = 4
# Shorter secrets show nothing of themselves.
_LEAST = 12
_MASK = re.compile(r"…[\x21-\x2b\x2d-\x7e]{0,4}~(\d{1,18})")
_LONG_WORD = re.compile(r"[^\s,]{16,}")


def end(secret: str) -> str:
    return secret[-_END:] if len(secret) >= _LEAST else ""


def mask(secret: str, row: int) -> str:
    return f"…{end(secret)}~{row}"


def row_of(text: str) -> int | None:
    """The number in a mask; None when the text is no mask."""
    found = _MASK.fullmatch(text)
    return int(found[1]) if found else None


def mask_words(text: str) -> str:
    """A comment or a line that we cannot read, without what might be a secret."""
    return _LONG_WORD.sub(lambda word: f"…{end(word[0])}", text)
