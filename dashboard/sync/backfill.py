"""Going back in time: how long it would take, and asking for it.

Windows walk backwards, each committed on its own, on the queue of the lowest priority:
an hourly sync gets its turn between any two of them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from dashboard.models import Stream, SyncState
from dashboard.sync import coverage
from dashboard.sync.lease import state_of
from dashboard.sync.windows import DAY_MS, backfill
from tokens.models import Team

# The documented rate of usage events; other requests are few beside them.
EVENT_REQUESTS_A_MINUTE = 60
EVENTS_A_PAGE = 1000
EARLIEST = date(2022, 1, 1)


@dataclass(frozen=True)
class Estimate:
    """What a backfill to a day would ask of the vendor at the documented rate."""

    days: int
    requests: int
    minutes: int


class BadFloor(ValueError):
    """A day that no backfill can go back to; the sentence says why."""


def estimate(team: Team, floor: date, now: datetime) -> Estimate:
    """From the busiest of the days that are known. Raises BadFloor."""
    check(floor, now)
    days = requests = 0
    for stream, rhythm in coverage.RHYTHMS.items():
        fetched = coverage.fetched_days(team, stream)
        windows = backfill(rhythm, now, fetched, floor)
        days = max(days, sum(len(window.days) for window in windows))
        a_day = _pages_a_day(team) if stream is Stream.EVENTS else 0
        requests += sum(max(1, a_day * len(window.days)) for window in windows)
    return Estimate(days, requests, -(-requests // EVENT_REQUESTS_A_MINUTE))


def ask(team: Team, floor: date, now: datetime) -> str:
    """Set the floor; the next sweep starts. Returns a sentence. Raises BadFloor."""
    check(floor, now)
    coverage.forget_history(team)
    for stream in coverage.RHYTHMS:
        state = state_of(team, stream, now)
        SyncState.objects.filter(pk=state.pk).update(floor_day=floor, backfill_at=now)
    return _("The backfill goes back to %(day)s; hourly syncs go on.") % {
        "day": floor.isoformat()
    }


def check(floor: date, now: datetime) -> None:
    if not EARLIEST <= floor <= now.date():
        raise BadFloor(_("The day must be from %(day)s to today.") % {"day": EARLIEST})


def _pages_a_day(team: Team) -> int:
    """Of the events of a typical busy day: the fullest window's average."""
    mine = team.sync_windows.done().filter(stream=Stream.EVENTS)
    rows = [
        row.rows * DAY_MS / max(row.end_ms - row.start_ms + 1, DAY_MS)
        for row in mine.defer("page_hashes")
    ]
    return -(-int(max(rows, default=0)) // EVENTS_A_PAGE) or 1
