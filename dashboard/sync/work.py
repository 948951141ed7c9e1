"""One message's work: from taking the lease to the report on it."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from dashboard.adminapi.pace import Priority
from dashboard.models import Stream, SyncRun
from dashboard.sync import capability, coverage
from dashboard.sync.lease import Lease, take, utc_now
from dashboard.sync.run import Job, Outcome, sync_stream
from dashboard.sync.teams import open_api
from dashboard.sync.windows import Window
from tokens.crypto import SecretUnreadable
from tokens.models import Team

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
    try:
        api = open_api(team, lease.wait, PRIORITIES[reason])
    except SecretUnreadable as error:
        return _unreadable(stream, lease, error)
    with closing(api):
        job = Job(team, api, told=told, reason=reason)
        outcome = sync_stream(job, stream, lease, windows)
    _plan_backfill(team, stream, lease, _rest(outcome, failed=timedelta(0)))
    return outcome


def backfill_turn(team: Team, stream: Stream) -> Outcome:
    """The next windows back in time, for one turn. Raises as `work` does."""
    lease = take(team, stream)
    try:
        api = open_api(team, lease.wait, Priority.BACKFILL)
    except SecretUnreadable as error:
        return _unreadable(stream, lease, error)
    with closing(api):
        until, reason = utc_now() + TURN, SyncRun.Reason.BACKFILL
        job = Job(team, api, reason=reason, until=until)
        windows = coverage.backfill_windows(team, stream, utc_now())
        outcome = sync_stream(job, stream, lease, windows)
    _plan_backfill(team, stream, lease, _rest(outcome, failed=PAUSE))
    return outcome


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


def _unreadable(stream: Stream, lease: Lease, error: SecretUnreadable) -> Outcome:
    lease.failed(str(error), utc_now() + PAUSE)
    return Outcome(stream, windows_failed=1, error=str(error))
