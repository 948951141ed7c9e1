"""One message's work: from taking the lease to the report on it."""

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from django.db import DatabaseError

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.pace import Priority
from dashboard.models import Stream, SyncRun
from dashboard.sync import capability, coverage, storing
from dashboard.sync.lease import Lease, LeaseLost, take, utc_now
from dashboard.sync.run import Job, Outcome, sync_stream
from dashboard.sync.teams import open_api
from dashboard.sync.windows import Window
from tokens.crypto import SecretUnreadable
from tokens.models import Team

log = logging.getLogger(__name__)
Told = Callable[[Stream, int, int], None]
# A backfill gives way to the hourly sync of its stream this often.
TURN = timedelta(seconds=45)
PAUSE = timedelta(minutes=30)
# Who goes first where the vendor's requests per minute are short.
PRIORITIES = {
    SyncRun.Reason.USER: Priority.USER,
    SyncRun.Reason.COMMAND: Priority.USER,
    SyncRun.Reason.SCHEDULE: Priority.HOURLY,
}


def nobody(stream: Stream, done: int, total: int) -> None:
    """Nobody watches."""


def work(
    team: Team,
    stream: Stream,
    windows: list[Window] | None = None,
    told: Told = nobody,
    reason: SyncRun.Reason = SyncRun.Reason.SCHEDULE,
) -> Outcome:
    """What is due, or the windows given. Raises LeaseTaken while another worker is at
    it, LeaseLost when one took over."""
    lease = take(team, stream)

    def rounds(api: AdminApi) -> Outcome:
        job = Job(team, api, told=told, reason=reason)
        outcome = sync_stream(job, stream, lease, windows)
        _plan_backfill(team, stream, lease, _rest(outcome, failed=timedelta(0)))
        return outcome

    return _guarded(team, stream, lease, PRIORITIES[reason], rounds)


def backfill_turn(team: Team, stream: Stream) -> Outcome:
    """The next windows back in time, for one turn. Raises as `work` does."""
    lease = take(team, stream)

    def rounds(api: AdminApi) -> Outcome:
        until, reason = utc_now() + TURN, SyncRun.Reason.BACKFILL
        job = Job(team, api, reason=reason, until=until)
        windows = coverage.backfill_windows(team, stream, utc_now())
        outcome = sync_stream(job, stream, lease, windows)
        _plan_backfill(team, stream, lease, _rest(outcome, failed=PAUSE))
        return outcome

    return _guarded(team, stream, lease, Priority.BACKFILL, rounds)


def _guarded(
    team: Team,
    stream: Stream,
    lease: Lease,
    priority: Priority,
    rounds: Callable[[AdminApi], Outcome],
) -> Outcome:
    """However it ends, the lease says so: nobody waits for it to run out."""
    try:
        with closing(open_api(team, lease.wait, priority)) as api:
            return rounds(api)
    except LeaseLost:
        raise
    except SecretUnreadable as error:
        sentence = str(error)
    except DatabaseError as error:
        log.exception("%s of %s lost the database.", stream.label, team)
        sentence = storing.sentence(error)
    except Exception:
        log.exception("%s of %s ended unexpectedly.", stream.label, team)
        sentence = "Something broke on our side; the log says what."
    storing.once_it_is_back(lambda: lease.failed(sentence, utc_now() + PAUSE))
    return Outcome(stream, windows_failed=1, error=sentence)


def _rest(outcome: Outcome, failed: timedelta) -> timedelta:
    """Before the backfill goes on."""
    if outcome.unavailable:
        return capability.AGAIN
    return failed if outcome.error else timedelta(0)


def _plan_backfill(team: Team, stream: Stream, lease: Lease, rest: timedelta) -> None:
    """Known from the windows alone: whether anything is missing further back."""
    now = utc_now()
    missing = coverage.backfill_windows(team, stream, now)
    lease.backfill_again(now + rest if missing else None)
