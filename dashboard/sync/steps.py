"""The smallest unit of a sync: fetch one window (or one gauge), hand back its writer.

Each stream has one such function; `FETCH` in fetch.py lists them.

Fetching happens before the transaction, so no transaction waits for the network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.notes import Notes
from dashboard.models import Stream
from dashboard.sync import audit, blocklists, coverage, journal, members, people
from dashboard.sync.counts import Counts
from dashboard.sync.lease import Clock, utc_now
from dashboard.sync.windows import Window
from tokens.models import Team

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
        whole = not notes.bad
        return members.save_members(step.team, records, now, is_whole=whole)

    return noting(step, Stream.MEMBERS, notes, write)


def fetch_spend(step: Step) -> Writer:
    notes = Notes()
    report = step.api.spend(notes)
    return noting(
        step, Stream.SPEND, notes, lambda now: people.save_spend(step.team, report, now)
    )


def fetch_daily(step: Step) -> Writer:
    window, notes = step.window, Notes()
    records = step.api.daily_usage(window.start_ms, window.end_ms, notes)

    def write(now: datetime) -> Counts:
        counts = people.save_daily(step.team, records, now)
        note_window(step, Stream.DAILY, notes, now)
        return counts

    return noting(step, Stream.DAILY, notes, write)


def fetch_blocklists(step: Step) -> Writer:
    notes = Notes()
    records = step.api.blocklists(notes)

    def write(now: datetime) -> Counts:
        whole = not notes.bad
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
        quarantined=len(notes.bad),
    )


def noting(step: Step, stream: Stream, notes: Notes, write: Writer) -> Writer:
    """The writer, which also keeps what the rows looked like."""

    def noted(now: datetime) -> Counts:
        counts = write(now)
        journal.save(step.team, stream, notes, now)
        return counts.with_quarantined(len(notes.bad))

    return noted
