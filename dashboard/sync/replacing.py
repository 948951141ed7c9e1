"""A closed window of events is replaced as a whole, by a few statements over sets.

Stored rows are matched with the staged ones by time, fingerprint and ordinal; the few
that are left on both sides by what an event keeps even when the vendor blanks its
e-mail or fills in its tokens later (likeness.py). What matches and differs is updated,
what is new inserted, and a stored row that nothing matches is marked as withdrawn,
unless a row that cannot be read may be it (unreadable.py). Running it again finds
nothing to do.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from dashboard import rollups
from dashboard.adminapi.notes import Notes
from dashboard.models import Stream, SyncWindow, UsageEvent
from dashboard.models.cents import ONE
from dashboard.sync.counts import Counts
from dashboard.sync.likeness import Row, pair
from dashboard.sync.staging import COLUMNS, NAME, TWINS
from dashboard.sync.unreadable import may_be
from dashboard.sync.windows import Window
from tokens.models import Team

EVENT = UsageEvent._meta.db_table
IN_WINDOW = "e.team_id = %s AND e.timestamp_ms BETWEEN %s AND %s"
_LIVE = f"{IN_WINDOW} AND e.withdrawn_at IS NULL"
_UNMATCHED = f"NOT EXISTS (SELECT 1 FROM {NAME} s WHERE s.event_id = e.id)"
# The API says at least one of these of each event, the vendor's CSV export none.
EXPORTED = (
    "(is_token_based_call IS NULL AND is_chargeable IS NULL "
    "AND is_headless IS NULL AND is_free_bugbot IS NULL)"
)
_LIKENESS = (
    "timestamp_ms, model, conversation_id, input_tokens, output_tokens, "
    f"cache_write_tokens, cache_read_tokens, email, {EXPORTED}"
)


@dataclass(frozen=True)
class Replacement:
    """What became of a window's rows, and the UTC days whose sums that changes.
    `spared`: stored events that did not come and may be among unreadable rows."""

    counts: Counts
    touched: frozenset[date]
    spared: int = 0


def replace_staged(
    team: Team, window: Window, now: datetime, notes: Notes | None = None
) -> Replacement:
    """Make the table equal to the staged rows and rebuild the touched rollups.

    Call it inside a transaction, with every row of the window staged that could be
    read; `notes` hold the others.
    """
    args = (team.pk, window.start_ms, window.end_ms)
    match_staged(team, args)
    spared = _spare(args, notes) if notes and notes.unreadable else 0
    touched = changed_days() | _gone_days(args)
    withdrawn = _withdraw(args, now)
    replaced = write_staged(team, window, now, touched, withdrawn)
    return replace(replaced, spared=spared)


def match_staged(team: Team, args: tuple[Any, ...]) -> None:
    """Afterwards each staged row names the stored one that it continues, if any."""
    _plan_by_sets()
    _number_equal_rows()
    if UsageEvent.objects.filter(team=team, timestamp_ms__range=args[1:]).exists():
        _match_by_key(args)
        _match_by_likeness(args)


def write_staged(
    team: Team, window: Window, now: datetime, touched: set[date], withdrawn: int
) -> Replacement:
    updated = _update(now)
    inserted = _insert(team, now)
    rollups.rebuild(team, touched)
    read = one(f"SELECT COUNT(fingerprint) FROM {NAME}")
    unchanged = read - inserted - updated
    counts = Counts(read, inserted, updated, withdrawn, unchanged)
    if counts.written:
        _forget_pages(team, window)
    return Replacement(counts, frozenset(touched))


def _forget_pages(team: Team, window: Window) -> None:
    """Windows that overlap this one no longer stand for the pages they came from."""
    SyncWindow.objects.filter(
        team=team,
        stream=Stream.EVENTS,
        start_ms__lte=window.end_ms,
        end_ms__gte=window.start_ms,
    ).update(page_hashes=b"")


def total_cost() -> Decimal:
    """The priced cents of the staged rows."""
    statement = f"SELECT COALESCE(SUM(cost_cents), 0) FROM {NAME}"
    with connection.cursor() as cursor:
        cursor.execute(statement)
        (total,) = cursor.fetchone()
    return Decimal(total) / (ONE if connection.vendor == "sqlite" else 1)


def _plan_by_sets() -> None:
    """PostgreSQL knows nothing yet of rows that came a moment ago, takes a window for
    a few of them, and would join row by row: minutes instead of a fraction of a second.
    Told not to, it takes what few rows it must join so for very dear, and compiles
    statements for longer than they run.
    """
    if connection.vendor == "postgresql":
        run("SET LOCAL enable_nestloop = off")
        run("SET LOCAL jit = off")
        run("SET LOCAL work_mem = '64MB'")


def _number_equal_rows() -> None:
    """Ordinals of rows with equal fingerprints; all others keep 0."""
    run(
        f"UPDATE {NAME} SET ordinal = n.ordinal FROM ("
        "SELECT seq, ROW_NUMBER() OVER (PARTITION BY fingerprint "
        f"ORDER BY payload_hash, seq) - 1 AS ordinal FROM {NAME} WHERE {TWINS}"
        f") n WHERE {NAME}.seq = n.seq AND n.ordinal <> {NAME}.ordinal"
    )


def _match_by_key(args: tuple[Any, ...]) -> None:
    run(
        f"UPDATE {NAME} SET event_id = e.id, "
        f"same = (e.payload_hash = {NAME}.payload_hash AND e.withdrawn_at IS NULL) "
        f"FROM {EVENT} e WHERE {_where_to_look()} "
        f"AND e.timestamp_ms = {NAME}.timestamp_ms "
        f"AND e.fingerprint = {NAME}.fingerprint AND e.ordinal = {NAME}.ordinal",
        args,
    )
    run(f"CREATE INDEX {NAME}_event ON {NAME} (event_id)")


def _where_to_look() -> str:
    """PostgreSQL joins sets, and would read all of the team's events without the span.
    SQLite looks up each staged row; with the span in sight it would scan instead."""
    if connection.vendor == "postgresql":
        return IN_WINDOW
    return "e.team_id = %s AND +e.timestamp_ms BETWEEN %s AND %s"


def _match_by_likeness(args: tuple[Any, ...]) -> None:
    """Only the rows that share a millisecond with a stored row that is left over."""
    stored = _missing(args)
    if not stored:
        return
    times = {row.timestamp_ms for row in stored}
    staged = _rows(
        f"SELECT seq, {_LIKENESS} FROM {NAME} WHERE event_id IS NULL "
        f"AND timestamp_ms BETWEEN %s AND %s ORDER BY fingerprint, ordinal",
        (min(times), max(times)),
        only=times,
    )
    pairs = pair(stored, staged)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX {NAME}_seq ON {NAME} (seq)")
        cursor.executemany(f"UPDATE {NAME} SET event_id = %s WHERE seq = %s", pairs)


def _missing(args: tuple[Any, ...]) -> list[Row]:
    """Live stored events of the window that no staged row continues so far."""
    return _rows(
        f"SELECT e.id, {_LIKENESS} FROM {EVENT} e WHERE {_LIVE} AND {_UNMATCHED} "
        "ORDER BY e.id",
        args,
    )


def _spare(args: tuple[Any, ...], notes: Notes) -> int:
    """A bare row is staged for each event that an unreadable one may be: nothing
    changes about it, and it is not missing."""
    spared = may_be(_missing(args), notes)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {NAME} (ordinal, event_id, same) VALUES (0, %s, %s)",
            [(event_id, True) for event_id in sorted(spared)],
        )
    return len(spared)


def changed_days() -> set[date]:
    return _days(
        f"SELECT DISTINCT day FROM {NAME} WHERE event_id IS NULL OR NOT same", ()
    )


def _gone_days(args: tuple[Any, ...]) -> set[date]:
    return _days(
        f"SELECT DISTINCT e.day FROM {EVENT} e WHERE {_LIVE} AND {_UNMATCHED}", args
    )


def _update(now: datetime) -> int:
    """A known e-mail stays when the vendor blanks it."""
    taken = ", ".join(f"{name} = s.{name}" for name in COLUMNS if name != "email")
    return run(
        f"UPDATE {EVENT} SET {taken}, ordinal = s.ordinal, "
        f"email = CASE WHEN s.email = '' THEN {EVENT}.email ELSE s.email END, "
        f"withdrawn_at = NULL, synced_at = %s FROM {NAME} s "
        f"WHERE s.event_id = {EVENT}.id AND NOT s.same",
        (_instant(now),),
    )


def _withdraw(args: tuple[Any, ...], now: datetime) -> int:
    return run(
        f"UPDATE {EVENT} AS e SET withdrawn_at = %s, synced_at = %s "
        f"WHERE {_LIVE} AND {_UNMATCHED}",
        (_instant(now), _instant(now), *args),
    )


def _insert(team: Team, now: datetime) -> int:
    columns = ", ".join(COLUMNS)
    return run(
        f"INSERT INTO {EVENT} (team_id, synced_at, ordinal, {columns}) "
        f"SELECT %s, %s, ordinal, {columns} FROM {NAME} WHERE event_id IS NULL "
        "ORDER BY timestamp_ms",
        (team.pk, _instant(now)),
    )


def _instant(moment: datetime) -> Any:
    """As the columns of this database hold it."""
    return connection.ops.adapt_datetimefield_value(moment)


def run(statement: str, args: tuple[Any, ...] = ()) -> int:
    """The number of rows that it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, args)
        return max(int(cursor.rowcount), 0)


def one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def _rows(
    statement: str, args: tuple[Any, ...], only: set[int] | None = None
) -> list[Row]:
    """`only`: rows of these milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, args)
        rows = (Row(*values) for values in cursor)
        return [row for row in rows if only is None or row.timestamp_ms in only]


def _days(statement: str, args: tuple[Any, ...]) -> set[date]:
    """SQLite gives a date as text when it comes from a bare statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, args)
        found = [day for (day,) in cursor.fetchall()]
    return {date.fromisoformat(d) if isinstance(d, str) else d for d in found}
