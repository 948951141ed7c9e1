"""Rows that could not be read: kept as they came, and told until they can be read.

A row belongs to the window that it came in; a list that is read whole is one window.
Once that window comes without it, it is readable again or gone. Narrower windows say so
for their part, from either end.
"""

import hashlib
from datetime import datetime

from django.db.models import QuerySet, Sum

from dashboard.adminapi.notes import BadRow, Notes
from dashboard.models import QuarantinedRow, Stream
from dashboard.sync.windows import Window
from tokens.attention import clear_attention, open_attention
from tokens.models import Team

BATCH = 500
UNKEPT = "Further rows that could not be read were counted and not kept."
_UNKEPT_DIGEST = hashlib.sha256(UNKEPT.encode()).hexdigest()
_MARKS = ("times", "reason", "start_ms", "end_ms", "last_seen_at", "cured_at")


def keep(
    team: Team, stream: Stream, notes: Notes, window: Window, now: datetime
) -> None:
    """What could not be read in an answer that holds all of the window, and what can
    be by now. Call it in the window's transaction."""
    mine = QuarantinedRow.objects.filter(team=team, stream=stream)
    new = _with_unkept(notes)
    near = mine.filter(start_ms__lte=window.end_ms, end_ms__gte=window.start_ms)
    rows = list(near.defer("raw").order_by("pk"))
    again = [
        _came_again(row, new.pop(row.digest), window, now)
        for row in rows
        if _is_inside(row, window) and row.digest in new
    ]
    left = [row for row in rows if row.cured_at is None and row not in again]
    for row in left:
        if met := new.get(row.digest):
            row.times = max(0, row.times - met.times)
        _came_not(row, window, now)
    mine.bulk_update([*again, *left], _MARKS, batch_size=BATCH)
    mine.filter(times=0).delete()
    mine.bulk_create(
        (_row(team, stream, one, new[one], window, now) for one in new),
        batch_size=BATCH,
    )
    _tell(team, stream, mine)


def _with_unkept(notes: Notes) -> dict[str, BadRow]:
    """By digest; those that found no room as one without a text."""
    bad = dict(notes.bad)
    if notes.unkept:
        bad[_UNKEPT_DIGEST] = BadRow("", UNKEPT, notes.unkept)
    return bad


def _is_inside(row: QuarantinedRow, window: Window) -> bool:
    return window.start_ms <= row.start_ms and row.end_ms <= window.end_ms


def _came_again(
    row: QuarantinedRow, bad: BadRow, window: Window, now: datetime
) -> QuarantinedRow:
    row.times, row.reason = bad.times, bad.reason[:500]
    row.start_ms, row.end_ms = window.start_ms, window.end_ms
    row.last_seen_at, row.cured_at = now, None
    return row


def _came_not(row: QuarantinedRow, window: Window, now: datetime) -> None:
    """Or it came in a narrower window for the first time, and is kept there."""
    if _is_inside(row, window):
        row.cured_at = now
    elif window.start_ms <= row.start_ms:
        row.start_ms = window.end_ms + 1
    elif row.end_ms <= window.end_ms:
        row.end_ms = window.start_ms - 1


def _row(
    team: Team, stream: Stream, digest: str, bad: BadRow, window: Window, now: datetime
) -> QuarantinedRow:
    return QuarantinedRow(
        team=team,
        stream=stream,
        digest=digest,
        reason=bad.reason[:500],
        raw=bad.raw,
        times=bad.times,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        first_seen_at=now,
        last_seen_at=now,
    )


def _tell(team: Team, stream: Stream, mine: "QuerySet[QuarantinedRow]") -> None:
    rows = mine.filter(cured_at=None).aggregate(rows=Sum("times"))["rows"]
    if not rows:
        clear_attention(team, "quarantine", stream)
        return
    noun = "row" if rows == 1 else "rows"
    text = f"{rows:,} {noun} of {stream.label.lower()} cannot be read."
    if stream is Stream.EVENTS:
        text += " What was known of them before stays as it was."
    open_attention(team, "quarantine", stream, text)
