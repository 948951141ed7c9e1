"""The smallest unit of a sync: fetch one window (or one gauge), hand back its writer.

Each stream has one such function; `FETCH` in fetch.py lists them.

Fetching happens before the transaction, so no transaction waits for the network.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.adminapi.auditlog import plain
from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.groups import GroupsReport
from dashboard.models import Stream
from dashboard.sync import (
    audit,
    blocklists,
    coverage,
    groups,
    journal,
    members,
    people,
)
from dashboard.sync.counts import Counts
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


def fetch_members(step: Step) -> Writer:
    records = step.api.members()
    return lambda now: members.save_members(step.team, records, now)


def fetch_spend(step: Step) -> Writer:
    report = step.api.spend()
    return lambda now: people.save_spend(step.team, report, now)


def fetch_daily(step: Step) -> Writer:
    window = step.window
    records = step.api.daily_usage(window.start_ms, window.end_ms)

    def write(now: datetime) -> Counts:
        counts = people.save_daily(step.team, records, now)
        coverage.note_done(step.team, Stream.DAILY, window, now, rows=len(records))
        return counts

    return write


def fetch_blocklists(step: Step) -> Writer:
    records = step.api.blocklists()
    return lambda now: blocklists.save_blocklists(step.team, records, now)


def fetch_groups(step: Step) -> Writer:
    def read(day: date | None) -> GroupsReport:
        step.alive()
        return step.api.billing_groups(day)

    reports = groups.read_cycles(step.team, read)
    return lambda now: groups.save_groups(step.team, reports, now)


def fetch_audit(step: Step) -> Writer:
    window, notes = step.window, journal.Journal()
    read = step.api.audit_log(window.start_ms, window.end_ms)
    for row in read.unread:
        notes.refused(json.dumps(plain(row.raw)), row.reason)

    def write(now: datetime) -> Counts:
        counts = audit.save_audit(step.team, read.records, now)
        journal.save(step.team, Stream.AUDIT, notes, now)
        coverage.note_done(
            step.team,
            Stream.AUDIT,
            window,
            now,
            rows=counts.read,
            quarantined=len(notes.bad),
        )
        return counts.with_quarantined(len(notes.bad))

    return write
