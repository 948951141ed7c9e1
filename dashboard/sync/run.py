"""One stream of one team, synced under its lease. Both doors, the Celery task and the
command, come through here."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import DatabaseError, transaction

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.errors import AdminApiError, Throttled
from dashboard.models import Stream
from dashboard.sync import coverage
from dashboard.sync.counts import Counts
from dashboard.sync.lease import Clock, Lease, utc_now
from dashboard.sync.people import SuspiciousAnswer
from dashboard.sync.steps import FETCH, Step
from dashboard.sync.windows import Window
from tokens.attention import clear_attention, open_attention
from tokens.models import Team

log = logging.getLogger(__name__)
PERIOD = timedelta(hours=1)
JITTER_SECONDS = 120
LONGEST_PAUSE = timedelta(minutes=30)
# A gauge is read whole; it takes the place of a window where a step wants one.
WHOLE = Window(0, 0)


@dataclass(frozen=True)
class Outcome:
    """What became of one stream's sync. `error` is a sentence, empty when all went
    well; `later`: a rate limit asks us to come back after `retry_after` seconds, what
    was committed stays."""

    stream: Stream
    counts: Counts = field(default_factory=Counts)
    windows_failed: int = 0
    error: str = ""
    later: bool = False
    retry_after: float = 0.0


@dataclass(frozen=True)
class Job:
    """What a sync works with: passed in, so that nothing below reads settings.
    `told(stream, done, total)` hears of each finished window."""

    team: Team
    api: AdminApi
    clock: Clock = utc_now
    told: Callable[[Stream, int, int], None] = lambda stream, done, total: None


def sync_stream(
    job: Job, stream: Stream, lease: Lease, windows: list[Window] | None = None
) -> Outcome:
    """Fetch what is due, or the windows given, and say on the lease how it went.

    Raises LeaseLost when another worker took over: nothing of ours was written then.
    """
    steps = coverage.due_windows(job.team, stream, job.clock())
    if windows is not None and stream in coverage.RHYTHMS:
        steps = windows
    outcome = _round(job, stream, lease, steps or [WHOLE])
    _report(job, lease, outcome)
    return outcome


def _round(job: Job, stream: Stream, lease: Lease, windows: list[Window]) -> Outcome:
    """Each window in a transaction of its own. Trouble ends the round, because the
    next window would meet it too; what is committed stays."""
    outcome = Outcome(stream)
    lease.planned(len(windows))
    job.told(stream, 0, len(windows))
    for done, window in enumerate(windows, start=1):
        try:
            counts = _window(job, stream, lease, window)
        except (AdminApiError, SuspiciousAnswer, DatabaseError) as error:
            failed = replace(outcome, windows_failed=len(windows) - done + 1)
            return _failed(job, failed, window, error)
        outcome = replace(outcome, counts=outcome.counts + counts)
        lease.progress()
        job.told(stream, done, len(windows))
    return outcome


def _window(job: Job, stream: Stream, lease: Lease, window: Window) -> Counts:
    """Fetch outside the transaction, write inside, with the lease proven in it."""
    lease.renew()
    write = FETCH[stream](Step(job.team, job.api, window, lease.renew))
    with transaction.atomic():
        lease.renew()
        return write(job.clock())


def _failed(job: Job, outcome: Outcome, window: Window, error: Exception) -> Outcome:
    sentence = str(error)
    if isinstance(error, DatabaseError):
        log.exception("Writing %s of %s failed.", outcome.stream.label, job.team)
        sentence = "The database did not take what was read; the log says why."
    if window is not WHOLE:
        coverage.note_failure(job.team, outcome.stream, window, job.clock(), sentence)
    if isinstance(error, Throttled):
        return replace(
            outcome, error=sentence, later=True, retry_after=error.retry_after or 0.0
        )
    return replace(outcome, error=sentence)


def _report(job: Job, lease: Lease, outcome: Outcome) -> None:
    """On the lease (when it is due again), in the log, and for somebody to look at."""
    now, label = job.clock(), outcome.stream.label
    if outcome.error:
        pause = timedelta(seconds=outcome.retry_after) or _pause(lease.failures())
        lease.failed(outcome.error, now + pause)
        open_attention(job.team, "sync", outcome.stream, f"{label}: {outcome.error}")
        log.warning("%s of %s: %s", label, job.team, outcome.error)
    else:
        jitter = timedelta(seconds=random.uniform(0, JITTER_SECONDS))
        lease.succeeded(now + PERIOD + jitter)
        clear_attention(job.team, "sync", outcome.stream)
        log.info("%s of %s: %s", label, job.team, outcome.counts)


def _pause(failures: int) -> timedelta:
    """Longer after each failure in a row: 1, 2, 4 … 30 minutes."""
    return min(timedelta(minutes=2 ** min(failures, 5)), LONGEST_PAUSE)
