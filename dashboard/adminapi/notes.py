"""What the rows of an answer looked like: those that cannot be read, and every field.

One row that is no object, or has no time, must not keep the others out. Each reader of
rows takes such notes along; `dashboard/sync/journal.py` keeps them.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from dashboard.adminapi.errors import Unreadable
from dashboard.adminapi.reading import Json

T = TypeVar("T")
LONGEST_PATH = 200
# Stands before the fields of an answer itself, beside its rows.
ANSWER = "answer."
# For the texts of bad rows, and beside each; those beyond are counted alone.
ROOM, EACH = 4 * 1024 * 1024, 400


@dataclass
class BadRow:
    """A row that could not be read: its text as it came, why, and how many times the
    answer held it."""

    raw: str
    reason: str
    times: int = 1


@dataclass
class Notes:
    """`rows` counts those that came, good and bad, `readable` the good ones among
    them. `unreadable` counts what could not be read, parts of rows too. `bad`: each
    such text by its SHA-256, while there is room; `unkept` counts the others."""

    rows: int = 0
    readable: int = 0
    unreadable: int = 0
    unkept: int = 0
    bad: dict[str, BadRow] = field(default_factory=dict)
    _room: int = field(default_factory=lambda: ROOM)
    _shapes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def read(
        self, rows: Iterable[Any], reader: Callable[[Json], T], above: str = ""
    ) -> list[T]:
        """What the reader makes of the rows that it can read. `above`: where they hang
        when they are parts of other rows."""
        rows = list(rows)
        self.saw(rows, above)
        found = []
        for row in rows:
            try:
                found.append(reader(an_object(row)))
            except Unreadable as reason:
                self.refused(row, str(reason))
        if not above:
            self.readable += len(found)
        return found

    @property
    def none_readable(self) -> bool:
        """Rows came, and not one of them could be read."""
        return self.rows > 0 and not self.readable

    def saw(self, rows: Iterable[Any], above: str = "") -> None:
        counts = 0 if above else 1
        for row in rows:
            self.rows += counts
            if type(row) is dict:
                self._shapes.add((above, tuple(row)))
                for key, value in row.items():
                    if type(value) is dict:
                        self._shapes.add((f"{above}{key}.", tuple(value)))

    def saw_field(self, above: str, key: str) -> None:
        """Of rows that were counted already."""
        self._shapes.add((above, (key,)))

    def saw_answer(self, answer: Json) -> None:
        """The fields of the answer itself."""
        self.saw([answer], ANSWER)

    def refused(self, row: Any, reason: str) -> None:
        raw = msgspec.json.encode(row).decode()
        digest = hashlib.sha256(raw.encode()).hexdigest()
        self.unreadable += 1
        if digest in self.bad:
            self.bad[digest].times += 1
        elif len(raw) + EACH <= self._room:
            self.bad[digest] = BadRow(raw, reason)
            self._room -= len(raw) + EACH
        else:
            self.unkept += 1

    @property
    def paths(self) -> set[str]:
        return {
            f"{above}{key}"[:LONGEST_PATH]
            for above, keys in self._shapes
            for key in keys
        }


def an_object(row: Any) -> Json:
    if not isinstance(row, dict):
        raise Unreadable("The row is not an object.")
    return row
