"""What the vendor's rows look like: rows that cannot be read (quarantine.py), and
fields that come and go.

Each field path is noted with when it was first and last seen; when one that our numbers
rest on is gone from a whole window, somebody should look.
"""

from datetime import datetime, timedelta

from dashboard.adminapi.notes import Notes
from dashboard.adminapi.records import COUNTER_NAMES
from dashboard.models import FieldSeen, Stream
from dashboard.sync import quarantine
from dashboard.sync.windows import Window
from tokens.attention import clear_attention, open_attention
from tokens.models import Team

NOTED_AGAIN_AFTER = timedelta(hours=20)
# Fields that each row has, as far as is known. A new one here is watched from the first
# answer on that has it: what never came is not missed.
USED = {
    Stream.MEMBERS: {"email", "id", "role"},
    Stream.SPEND: {
        "email",
        "userId",
        "spendCents",
        "overallSpendCents",
        "answer.subscriptionCycleStart",
    },
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
    },
    Stream.DAILY: {"email", "userId", "date", *COUNTER_NAMES.values()},
    Stream.BLOCKLISTS: {"id", "url", "patterns"},
    Stream.AUDIT: {"event_id", "timestamp", "user_email", "event_type", "event_data"},
    Stream.GROUPS: {
        "id",
        "name",
        "spendCents",
        "dailySpend",
        "currentMembers.userId",
        "currentMembers.email",
        "currentMembers.spendCents",
        "answer.billingCycle",
        "answer.billingCycle.cycleStart",
    },
}
# A field that only some rows have may be missing from a few rows by chance.
ENOUGH_ROWS = {Stream.EVENTS: 50, Stream.AUDIT: 5, Stream.DAILY: 5}


def save(
    team: Team, stream: Stream, notes: Notes, window: Window, now: datetime
) -> None:
    """Of an answer that holds all of the window. Call it in the window's
    transaction."""
    quarantine.keep(team, stream, notes, window, now)
    if notes.rows:
        _note_fields(team, stream, notes, now)


def _note_fields(team: Team, stream: Stream, notes: Notes, now: datetime) -> None:
    mine = FieldSeen.objects.filter(team=team, stream=stream)
    known = {seen.path: seen for seen in mine}
    paths, used = notes.paths, USED.get(stream, set())
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
    if notes.rows >= ENOUGH_ROWS.get(stream, 1):
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
