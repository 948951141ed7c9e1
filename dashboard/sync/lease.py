"""Who may sync a stream of a team: one worker at a time, on both databases.

The lease is a row. It is taken by compare-and-set, renewed while the work goes on, and
simply runs out when its holder is killed. `fence` grows with each holder; a holder
proves inside its transaction that the fence is still its own, so one that was only
slow, and has been replaced, rolls back instead of writing over its successor.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from dashboard.models import Stream, SyncState
from tokens.models import Team

TERM = timedelta(seconds=60)
NAP_SECONDS = 20.0
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class LeaseTaken(Exception):
    """Another worker is syncing this stream right now."""


class LeaseLost(Exception):
    """The lease ran out and another worker holds it; nothing of ours may be written."""


@dataclass
class Lease:
    state_id: int
    fence: int
    clock: Clock = utc_now
    renewed_at: datetime = datetime.min.replace(tzinfo=UTC)

    def renew(self) -> None:
        """Also the proof of holding it: raises LeaseLost. Called in a transaction, it
        keeps the row until the commit, so no other worker can take it in between."""
        now = self.clock()
        if not self._mine().update(leased_until=now + TERM):
            raise LeaseLost("Another worker took over this sync.")
        self.renewed_at = now

    def keep(self) -> None:
        """Renew it now and then: cheap enough to be called for each page."""
        if self.clock() - self.renewed_at > TERM / 10:
            self.renew()

    def wait(self, seconds: float) -> None:
        """Sleep without losing the lease, however long the vendor asks us to."""
        while seconds > 0:
            self.renew()
            time.sleep(min(seconds, NAP_SECONDS))
            seconds -= NAP_SECONDS

    def failures(self) -> int:
        """Failed tries in a row before this one."""
        return self._mine().values_list("failures", flat=True).first() or 0

    def planned(self, windows: int) -> None:
        self._mine().update(windows_total=windows, windows_done=0)

    def one_more(self) -> None:
        """A window was halved."""
        self._mine().update(windows_total=F("windows_total") + 1)

    def released(self) -> None:
        """The work goes on later; when the stream is due does not change."""
        self._mine().update(leased_until=None, finished_at=self.clock())

    def free(self) -> None:
        """The stream is as it was before."""
        self._mine().update(leased_until=None)

    def backfill_again(self, at: datetime | None) -> None:
        """When the backfill goes on; None when nothing is missing any more."""
        self._mine().update(backfill_at=at)

    def progress(self) -> None:
        self._mine().update(windows_done=F("windows_done") + 1)

    def succeeded(self, due_at: datetime) -> None:
        now = self.clock()
        self._mine().update(
            leased_until=None,
            due_at=due_at,
            finished_at=now,
            succeeded_at=now,
            failures=0,
            last_error="",
        )

    def unavailable(self, due_at: datetime) -> None:
        """The key may not read this: neither a success nor a failure."""
        self._mine().update(
            leased_until=None,
            due_at=due_at,
            finished_at=self.clock(),
            failures=0,
            last_error="",
        )

    def failed(self, sentence: str, due_at: datetime) -> None:
        self._mine().update(
            leased_until=None,
            due_at=due_at,
            finished_at=self.clock(),
            failures=F("failures") + 1,
            last_error=sentence[:500],
        )

    def _mine(self) -> "QuerySet[SyncState]":
        return SyncState.objects.filter(pk=self.state_id, fence=self.fence)


def state_of(team: Team, stream: str, now: datetime) -> SyncState:
    return SyncState.objects.get_or_create(
        team=team, stream=stream, defaults={"due_at": now}
    )[0]


def take(
    team: Team, stream: str, clock: Clock = utc_now, *, is_sync: bool = True
) -> Lease:
    """The lease of a stream; raises LeaseTaken while another worker holds it. Who only
    keeps syncs away, as an import does, is not one: `free` ends it."""
    now = clock()
    state = state_of(team, stream, now)
    taken = (
        SyncState.objects.filter(pk=state.pk, fence=state.fence)
        .filter(Q(leased_until=None) | Q(leased_until__lte=now))
        .update(
            leased_until=now + TERM,
            fence=F("fence") + 1,
            windows_done=0,
            windows_total=0,
            **({"started_at": now} if is_sync else {}),
        )
    )
    if not taken:
        what = Stream(stream).label
        raise LeaseTaken(_("A sync of “%(what)s” is already running.") % {"what": what})
    return Lease(state.pk, state.fence + 1, clock)
