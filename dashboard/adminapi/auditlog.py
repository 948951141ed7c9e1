"""The vendor's audit log: who did what, and the only dated word of a departure.

Source: https://cursor.com/docs/account/teams/admin-api#get-audit-logs
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from dashboard.adminapi import reading
from dashboard.adminapi.errors import PagesMoved, RequestRefused, Unreadable
from dashboard.adminapi.notes import Notes
from dashboard.adminapi.paging import is_last, paging_of
from dashboard.adminapi.reading import Json

PATH = "/teams/audit-logs"
DAY_MS = 86_400_000
LONGEST_SLICE_MS = 30 * DAY_MS
PAGE_SIZES = (500, 100)
WALKS = 3
LAST_PAGE = 10_000
Get = Callable[[str], Any]


@dataclass(frozen=True)
class AuditRecord:
    """`email` is who acted; whom it was about stands in `data`. Types that we do not
    know are kept as they came."""

    event_id: str
    at_ms: int
    email: str
    type: str
    ip_address: str
    data: Json

    @classmethod
    def read(cls, row: Json) -> "AuditRecord":
        """Raises Unreadable when the row has no readable time."""
        data = row.get("event_data")
        return cls(
            event_id=reading.text(row, "event_id") or _made_up_id(row),
            at_ms=reading.instant_ms(row, "timestamp"),
            email=reading.email(row, "user_email"),
            type=reading.text(row, "event_type"),
            ip_address=reading.text(row, "ip_address"),
            data=plain(data) if isinstance(data, dict) else {},
        )


def _made_up_id(row: Json) -> str:
    """The same row gets the same one, so that reading it twice adds nothing."""
    return "row-" + sha256(repr(sorted(row.items())).encode()).hexdigest()[:32]


def plain(value: Any) -> Any:
    """What a JSON column takes: no Decimal, and none of the NULs that PostgreSQL
    refuses. These values are shown, never added up."""
    if isinstance(value, dict):
        return {plain(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.replace("\0", "") if isinstance(value, str) else value


def read_span(
    get: Get, start_ms: int, end_ms: int, notes: Notes
) -> tuple[AuditRecord, ...]:
    """Every event of a closed span, in slices of at most 30 days."""
    rows: list[Any] = []
    for start in range(start_ms, end_ms + 1, LONGEST_SLICE_MS):
        rows += _slice(get, start, min(start + LONGEST_SLICE_MS - 1, end_ms))
    return tuple(notes.read(rows, AuditRecord.read))


def _slice(get: Get, start_ms: int, end_ms: int) -> list[Any]:
    """A slice that is refused at every page size is halved, down to a day."""
    for size in PAGE_SIZES:
        try:
            return _steady(get, start_ms, end_ms, size)
        except RequestRefused:
            too_short = end_ms - start_ms < 2 * DAY_MS
            if size == PAGE_SIZES[-1] and too_short:
                raise
    middle = start_ms + (end_ms - start_ms) // 2
    return _slice(get, start_ms, middle) + _slice(get, middle + 1, end_ms)


def _steady(get: Get, start_ms: int, end_ms: int, size: int) -> list[Any]:
    """Pages are newest first: what arrives meanwhile moves rows from page to page."""
    for _ in range(WALKS):
        try:
            return _walk(get, start_ms, end_ms, size)
        except PagesMoved:
            continue
    raise PagesMoved("The audit log kept changing while it was read.")


def _walk(get: Get, start_ms: int, end_ms: int, size: int) -> list[Any]:
    rows: list[Any] = []
    before: list[list[Any]] = []
    announced: set[int | None] = set()
    asked = {"startTime": start_ms, "endTime": end_ms, "pageSize": size}
    for page in range(1, LAST_PAGE):
        answer = get(f"{PATH}?{urlencode({**asked, 'page': page})}")
        here = _rows(answer)
        if here and here in before:
            raise PagesMoved("The same page of the audit log came twice.")
        before.append(here)
        rows += here
        paging = paging_of(answer)
        announced.add(reading.whole(paging, "totalCount"))
        if is_last(paging, page, size, len(here)):
            _agree(announced, len(rows))
            return rows
    raise Unreadable(f"{PATH} never came to an end.")


def _rows(answer: Any) -> list[Any]:
    """Under `events`; once it was `auditLogs`."""
    older = isinstance(answer, dict) and "events" not in answer
    return reading.items(answer, "auditLogs" if older else "events")


def _agree(announced: set[int | None], rows: int) -> None:
    if announced not in ({None}, {rows}):
        raise PagesMoved("The number of audit events changed.")
