"""Staged rows as text that PostgreSQL's COPY reads. Pure.

The text of all fields of a record is made for its payload hash anyway. Written so, a
row costs no conversion of each of its thirty columns; the database rounds its numbers
to the places of their columns.
"""

from collections.abc import Collection
from typing import Any

BETWEEN, QUOTE, NULL = "\x1f", "\x02", "None"
_TROUBLE = ("\n", "\r", QUOTE)


def options(texts: Collection[str]) -> str:
    """Of the COPY command. `texts`: columns that are text and never empty; there,
    “None” is a word."""
    return (
        "FORMAT csv, DELIMITER E'\\x1f', QUOTE E'\\x02', "
        f"NULL '{NULL}', FORCE_NOT_NULL ({', '.join(texts)})"
    )


def fields(values: tuple[Any, ...], text: str) -> str:
    """`text`: the values with BETWEEN between them. It stands as it is unless one of
    them holds a sign that means something to COPY."""
    if text.count(BETWEEN) == len(values) - 1 and not any(s in text for s in _TROUBLE):
        return text
    return BETWEEN.join(
        quoted(value) if isinstance(value, str) else str(value) for value in values
    )


def quoted(value: str) -> str:
    return f"{QUOTE}{value.replace(QUOTE, QUOTE * 2)}{QUOTE}"
