"""The smallest unit of a sync: fetch one window (or one gauge), hand back its writer.

Each stream has one such function; `FETCH` in fetch.py lists them.

Fetching happens before the transaction, so no transaction waits for the network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.errors import NoneReadable
from dashboard.adminapi.notes import Notes
from dashboard.models import Stream
from dashboard.sync import audit, blocklists, coverage, journal, members, people
from dashboard.sync.counts import Counts
from dashboard.sync.lease import Clock, utc_now
from dashboard.sync.windows import Window
from tokens.models import Team

UNREADABLE = (
    "None of the {rows} rows that came could be read. They are kept for a look, what "
    "is known stays as it is, and the next sync tries again."
)
Writer = Callable[[datetime], Counts]
Alive = Callable[[], None]


@dataclass(frozen=True)
class Step:
    team: Team
    api: AdminApi
    window: Window
    alive: Alive
    clock: Clock = utc_now


def fetch_members(step: Step) -> Writer:
    notes = Notes()
    records = step.api.members(notes)

    def write(now: datetime) -> Counts:
        whole = not notes.unreadable
        return members.save_members(step.team, records, now, is_whole=whole)

    return noting(step, Stream.MEMBERS, notes, write)


def fetch_spend(step: Step) -> Writer:
    notes = Notes()
    report = step.api.spend(notes)

    def write(now: datetime) -> Counts:
        whole = not notes.unreadable
        return people.save_spend(step.team, report, now, is_whole=whole)

    return noting(step, Stream.SPEND, notes, write)


def fetch_daily(step: Step) -> Writer:
    window, notes = step.window, Notes()
    records = step.api.daily_usage(window.start_ms, window.end_ms, notes)

    def write(now: datetime) -> Counts:
        whole = not notes.unreadable
        counts = people.save_daily(step.team, records, now, is_whole=whole)
        note_window(step, Stream.DAILY, notes, now)
        return counts

    return noting(step, Stream.DAILY, notes, write)


def fetch_blocklists(step: Step) -> Writer:
    notes = Notes()
    records = step.api.blocklists(notes)

    def write(now: datetime) -> Counts:
        whole = not notes.unreadable
        return blocklists.save_blocklists(step.team, records, now, is_whole=whole)

    return noting(step, Stream.BLOCKLISTS, notes, write)


def fetch_audit(step: Step) -> Writer:
    window, notes = step.window, Notes()
    records = step.api.audit_log(window.start_ms, window.end_ms, notes)

    def write(now: datetime) -> Counts:
        counts = audit.save_audit(step.team, records, now)
        note_window(step, Stream.AUDIT, notes, now)
        return counts

    return noting(step, Stream.AUDIT, notes, write)


def note_window(step: Step, stream: Stream, notes: Notes, now: datetime) -> None:
    coverage.note_done(
        step.team,
        stream,
        step.window,
        now,
        rows=notes.rows,
        quarantined=notes.unreadable,
    )


def noting(step: Step, stream: Stream, notes: Notes, write: Writer) -> Writer:
    """The writer, which also keeps what the rows looked like."""
    refuse_unreadable(step, stream, notes)

    def noted(now: datetime) -> Counts:
        counts = write(now)
        journal.save(step.team, stream, notes, step.window, now)
        return counts.with_quarantined(notes.unreadable)

    return noted


def refuse_unreadable(step: Step, stream: Stream, notes: Notes) -> None:
    """Raises NoneReadable when not one of the rows could be read: to take that for an
    answer would be to forget what is known. The rows are kept all the same."""
    if not notes.none_readable:
        return
    with transaction.atomic():
        journal.save(step.team, stream, notes, step.window, step.clock())
    raise NoneReadable(UNREADABLE.format(rows=notes.rows))
