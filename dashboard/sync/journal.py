"""What the vendor's rows look like: rows that cannot be read, fields that come and go.

Rows that cannot be read are quarantined: kept as they came, counted and shown. Each
field path is noted with when it was first and last seen; when one that our numbers
rest on is gone from a whole window, somebody should look.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dashboard.models import FieldSeen, QuarantinedRow, Stream
from tokens.attention import clear_attention, open_attention
from tokens.models import Team

# A field that is optional may be missing from a few rows by chance.
ENOUGH_ROWS = 50
NOTED_AGAIN_AFTER = timedelta(hours=20)
USED = {
    Stream.EVENTS: {
        "timestamp",
        "userEmail",
        "model",
        "kind",
        "requestsCosts",
        "tokenUsage",
        "tokenUsage.inputTokens",
        "tokenUsage.outputTokens",
        "tokenUsage.cacheWriteTokens",
        "tokenUsage.cacheReadTokens",
        "tokenUsage.totalCents",
        "chargedCents",
    }
}


@dataclass
class Journal:
    """What one window's rows showed."""

    rows: int = 0
    bad: dict[str, tuple[str, str]] = field(default_factory=dict)
    _shapes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def saw(self, rows: Iterable[Any]) -> None:
        for row in rows:
            self.rows += 1
            if type(row) is dict:
                self._shapes.add(("", tuple(row)))
                for key, value in row.items():
                    if type(value) is dict:
                        self._shapes.add((f"{key}.", tuple(value)))

    def refused(self, raw: str, reason: str) -> None:
        self.bad[hashlib.sha256(raw.encode()).hexdigest()] = (raw, reason)

    @property
    def paths(self) -> set[str]:
        return {f"{above}{key}"[:200] for above, keys in self._shapes for key in keys}


def save(team: Team, stream: Stream, journal: Journal, now: datetime) -> None:
    """Call it in the window's transaction."""
    _quarantine(team, stream, journal, now)
    if journal.rows:
        _note_fields(team, stream, journal, now)


def _quarantine(team: Team, stream: Stream, journal: Journal, now: datetime) -> None:
    if not journal.bad:
        return
    mine = QuarantinedRow.objects.filter(team=team, stream=stream)
    known = mine.filter(digest__in=journal.bad)
    again = set(known.values_list("digest", flat=True))
    known.update(last_seen_at=now)
    QuarantinedRow.objects.bulk_create(
        QuarantinedRow(
            team=team,
            stream=stream,
            digest=digest,
            reason=reason[:500],
            raw=raw,
            first_seen_at=now,
            last_seen_at=now,
        )
        for digest, (raw, reason) in journal.bad.items()
        if digest not in again
    )
    text = f"{mine.count()} rows of {stream.label.lower()} could not be read."
    open_attention(team, "quarantine", stream, text)


def _note_fields(team: Team, stream: Stream, journal: Journal, now: datetime) -> None:
    mine = FieldSeen.objects.filter(team=team, stream=stream)
    known = {seen.path: seen for seen in mine}
    paths, used = journal.paths, USED.get(stream, set())
    FieldSeen.objects.bulk_create(
        FieldSeen(
            team=team,
            stream=stream,
            path=path,
            is_used=path in used,
            first_seen_at=now,
            last_seen_at=now,
        )
        for path in sorted(paths - known.keys())
    )
    old = [
        seen.pk
        for path, seen in known.items()
        if path in paths
        and (seen.missing_since or now - seen.last_seen_at > NOTED_AGAIN_AFTER)
    ]
    mine.filter(pk__in=old).update(last_seen_at=now, missing_since=None)
    if journal.rows >= ENOUGH_ROWS:
        _note_missing(team, stream, known, paths, now)


def _note_missing(
    team: Team,
    stream: Stream,
    known: dict[str, FieldSeen],
    paths: set[str],
    now: datetime,
) -> None:
    gone = [p for p, seen in known.items() if seen.is_used and p not in paths]
    FieldSeen.objects.filter(
        team=team, stream=stream, path__in=gone, missing_since=None
    ).update(missing_since=now)
    if gone:
        named = ", ".join(sorted(gone))
        text = f"{stream.label}: the vendor no longer sends {named}."
        open_attention(team, "schema", stream, text)
    else:
        clear_attention(team, "schema", stream)
