"""Which stored row a fetched one continues when their fingerprints differ. Pure.

The vendor blanks the e-mail of people who left, and fills in token counts late: both
change a fingerprint. Time, model and conversation do not change; but the vendor's CSV
export does not name the conversation.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class Row(NamedTuple):
    """`key` is the stored row's id, or the staged row's number."""

    key: int
    timestamp_ms: int
    model: str
    conversation_id: str
    input_tokens: int | None
    output_tokens: int | None
    cache_write_tokens: int | None
    cache_read_tokens: int | None
    email: str
    is_exported: bool = False


Likeness = Callable[[Row], tuple[Any, ...]]
Fit = Callable[[Row, Row], bool]


def pair(stored: Iterable[Row], staged: Iterable[Row]) -> list[tuple[int, int]]:
    """One-to-one (stored key, staged key): first rows that differ in the e-mail only,
    then rows that differ in the tokens too; then the same between a row of the API and
    one of an export; never two different people's."""
    pairs: list[tuple[int, int]] = []
    left, rest = list(stored), list(staged)
    for likeness, fits in _PASSES:
        found, left, rest = _pairs(left, rest, likeness, fits)
        pairs += found
    return pairs


def _all_but_tokens(row: Row) -> tuple[Any, ...]:
    return row[1:4]


def _all_but_email(row: Row) -> tuple[Any, ...]:
    return row[1:8]


def _known_tokens(row: Row) -> tuple[Any, ...]:
    """An export has zeros where the API has nothing."""
    return (*row[1:3], *(count or 0 for count in row[4:8]))


def _time_and_model(row: Row) -> tuple[Any, ...]:
    return row[1:3]


def _pairs(
    stored: list[Row], staged: list[Row], likeness: Likeness, fit: Fit
) -> tuple[list[tuple[int, int]], list[Row], list[Row]]:
    """The pairs, and what is left over on each side."""
    waiting: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in stored:
        waiting[likeness(row)].append(row)
    pairs, rest = [], []
    for row in staged:
        alike = waiting[likeness(row)]
        fits = next((one for one in alike if fit(one, row)), None)
        if fits is None:
            rest.append(row)
        else:
            alike.remove(fits)
            pairs.append((fits.key, row.key))
    return pairs, [row for rows in waiting.values() for row in rows], rest


def _may_be_one_person(one: Row, other: Row) -> bool:
    return not one.email or not other.email or one.email == other.email


def _one_is_exported(one: Row, other: Row) -> bool:
    return one.is_exported != other.is_exported and _may_be_one_person(one, other)


_PASSES: tuple[tuple[Likeness, Fit], ...] = (
    (_all_but_email, _may_be_one_person),
    (_all_but_tokens, _may_be_one_person),
    (_known_tokens, _one_is_exported),
    (_time_and_model, _one_is_exported),
)
