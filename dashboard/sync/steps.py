"""The smallest unit of a sync: fetch one window (or one gauge), hand back its writer.

Each stream has one such function; `FETCH` in fetch.py lists them.

Fetching happens before the transaction, so no transaction waits for the network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dashboard.adminapi.client import AdminApi
from dashboard.models import Stream
from dashboard.sync import coverage, members, people
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
