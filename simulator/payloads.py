"""Changes of a whole Admin API answer, before it becomes bytes."""

from collections.abc import Callable, Sequence
from typing import cast
from zlib import crc32

from simulator.generations import Generation
from simulator.quirks import Options, number
from simulator.rows import ELSEWHERE, LISTS, respelt
from simulator.shapes import Json
from simulator.team import Named
from simulator.walks import no_page_count, out_of_order, zero_page_count

PAGED = ("daily", "spend", "events")


def empty_members(payload: Json, options: Options) -> Json:
    return {**payload, "teamMembers": []}


def empty_blocklists(payload: Json, options: Options) -> Json:
    return {**payload, "repos": []}


def absent_members(payload: Json, options: Options) -> Json:
    """Some are not in this one answer: those of `emails`, or a `share` of all."""
    rows = cast(list[object], payload["teamMembers"])
    return {**payload, "teamMembers": [r for r in rows if not _flaps(r, options)]}


def as_it_is(payload: Json, options: Options) -> Json:
    """The answer itself looks whether the fault is on."""
    return payload


def new_field(payload: Json, options: Options) -> Json:
    """Beside the rows; the rows' own new fields are in rows.py."""
    return {**payload, "apiVersion": "next", "notice": {"text": "Hello"}}


PAYLOADS: dict[tuple[str, str], Callable[[Json, Options], Json]] = {
    ("members", "empty_members"): empty_members,
    ("members", "absent_members"): absent_members,
    ("blocklists", "empty_blocklists"): empty_blocklists,
    ("events", "shuffled"): out_of_order,
    ("events", "bare_when_filtered"): as_it_is,
    ("limit", "delayed"): as_it_is,
    ("limit", "failure_with_200"): as_it_is,
    **{(at, "no_page_count"): no_page_count for at in PAGED},
    **{(at, "zero_page_count"): zero_page_count for at in PAGED},
    **{(at, "unknown_fields"): new_field for at in LISTS},
}


def changed(
    payload: Json, endpoint: str, shape: Generation, faults: Sequence[Named]
) -> Json:
    """Events come here row by row changed already; the rest does not."""
    if endpoint in LISTS and endpoint != "events":
        payload = _with_rows(payload, endpoint, shape, faults)
    for name, options in faults:
        if change := PAYLOADS.get((endpoint, name)):
            payload = change(payload, options)
    return payload


def _with_rows(
    payload: Json, endpoint: str, shape: Generation, faults: Sequence[Named]
) -> Json:
    served = cast(list[Json], payload[LISTS[endpoint]])
    rows: list[object] = [shape.row(endpoint, row) for row in served]
    for name, options in faults:
        if name in ELSEWHERE:
            rows = respelt(rows, name, options)
    return {**payload, LISTS[endpoint]: rows}


def _flaps(row: object, options: Options) -> bool:
    if not isinstance(row, dict) or "email" not in row:
        return False
    if isinstance(emails := options.get("emails"), list):
        return row["email"] in emails
    draw = crc32(f"absent:{row['email']}".encode()) / 2**32
    return draw < number(options, "share", 0.2)
