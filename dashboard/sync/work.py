"""One stream of one team, from taking the lease to the report on it."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from dashboard.adminapi.pace import Priority
from dashboard.models import Stream
from dashboard.sync.lease import take, utc_now
from dashboard.sync.run import Job, Outcome, sync_stream
from dashboard.sync.teams import open_api
from dashboard.sync.windows import Window
from tokens.crypto import SecretUnreadable
from tokens.models import Team

Told = Callable[[Stream, int, int], None]


def nobody(stream: Stream, done: int, total: int) -> None:
    """Nobody watches."""


def work(
    team: Team,
    stream: Stream,
    windows: list[Window] | None = None,
    told: Told = nobody,
    priority: Priority = Priority.USER,
) -> Outcome:
    """Raises LeaseTaken while another worker is at it, LeaseLost when one took over."""
    lease = take(team, stream)
    try:
        api = open_api(team, lease.wait, priority)
    except SecretUnreadable as error:
        lease.failed(str(error), utc_now() + timedelta(minutes=30))
        return Outcome(stream, windows_failed=1, error=str(error))
    with closing(api):
        return sync_stream(Job(team, api, told=told), stream, lease, windows)
