"""One round of one stream of one team, under its lease. Both doors, the Celery tasks
and the command, come through here."""

import logging
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.errors import (
    AdminApiError,
    KeyMayNot,
    KeyRefused,
    NotThere,
    PagesMoved,
    Throttled,
    Unreachable,
    WrongAddress,
)
from dashboard.models import Stream, SyncRun
from dashboard.rollups import refresh_months
from dashboard.rollups.versions import changed
from dashboard.sync import capability, coverage, runs, storing
from dashboard.sync.counts import Counts
from dashboard.sync.fetch import FETCH
from dashboard.sync.lease import Clock, Lease, LeaseLost, utc_now
from dashboard.sync.members import SuspiciousAnswer
from dashboard.sync.steps import Step
from dashboard.sync.windows import Window
from tokens.attention import clear_attention, open_attention
from tokens.models import Team

log = logging.getLogger(__name__)
PERIOD = timedelta(hours=1)
JITTER_SECONDS = 120
LONGEST_PAUSE = timedelta(minutes=30)
# A gauge is read whole; it takes the place of a window where a step wants one.
WHOLE = Window(0, 0)
TROUBLE = (AdminApiError, SuspiciousAnswer, DatabaseError)
# The next window would meet the same.
ENDS = (
    KeyRefused,
    KeyMayNot,
    NotThere,
    Throttled,
    Unreachable,
    WrongAddress,
    SuspiciousAnswer,
    DatabaseError,
)
PATIENCE = 3
LATELY = timedelta(hours=2)


@dataclass(frozen=True)
class Outcome:
    """What became of one round. `error` is a sentence, empty when all went well;
    `later`: the vendor asked us to come back, what was committed stays; `left`: windows
    that there was no time for; `unavailable`: a sentence, this key may not read it."""

    stream: Stream
    counts: Counts = field(default_factory=Counts)
    windows_done: int = 0
    windows_failed: int = 0
    error: str = ""
    unavailable: str = ""
    later: bool = False
    retry_after: float | None = None
    left: int = 0

    def with_window(self, counts: Counts) -> "Outcome":
        done = self.windows_done + 1
        return replace(self, counts=self.counts + counts, windows_done=done)


@dataclass(frozen=True)
class Job:
    """What a sync works with: passed in, so that nothing below reads settings.
    `told(stream, done, total)` hears of each finished window. After `until` no further
    window is begun."""

    team: Team
    api: AdminApi
    clock: Clock = utc_now
    told: Callable[[Stream, int, int], None] = lambda stream, done, total: None
    reason: SyncRun.Reason = SyncRun.Reason.SCHEDULE
    until: datetime | None = None


def sync_stream(
    job: Job, stream: Stream, lease: Lease, windows: list[Window] | None = None
) -> Outcome:
    """Fetch what is due, or the windows given, and say on the lease how it went.

    Raises LeaseLost when another worker took over: nothing of ours was written then.
    """
    steps = coverage.due_windows(job.team, stream, job.clock())
    if windows is not None and stream in coverage.RHYTHMS:
        steps = windows
    if stream not in coverage.RHYTHMS:
        steps = [WHOLE]
    run = runs.begin(job.team, stream, job.reason, job.clock())
    try:
        outcome = _round(job, run, lease, steps)
    except LeaseLost as lost:
        _close(run, Outcome(stream, error=str(lost)), job.clock())
        raise
    storing.once_it_is_back(lambda: _end(job, run, lease, outcome))
    _refresh_months(job.team, stream)
    return outcome


def _end(job: Job, run: SyncRun, lease: Lease, outcome: Outcome) -> None:
    _close(run, outcome, job.clock())
    capability.note_clock(job.team, job.api.clock)
    _report(job, lease, outcome)


def _refresh_months(team: Team, stream: Stream) -> None:
    """Until the next round at the latest: pages sum the days of what is not there."""
    if stream not in (Stream.EVENTS, Stream.DAILY):
        return
    try:
        refresh_months(team)
    except DatabaseError:
        log.exception("The months of %s could not be summed.", team)
        connection.close_if_unusable_or_obsolete()


def _round(job: Job, run: SyncRun, lease: Lease, windows: list[Window]) -> Outcome:
    """Each window in a transaction of its own; what is committed stays. Trouble that
    every window would meet ends the round; so do three bad windows in a row."""
    stream = Stream(run.stream)
    outcome, waiting, bad_in_a_row = Outcome(stream), deque(windows), 0
    lease.planned(len(waiting))
    job.told(stream, 0, len(waiting))
    while waiting and not (job.until and outcome.windows_done and _over(job)):
        window = waiting.popleft()
        try:
            counts = _window(job, stream, lease, window)
        except TROUBLE as error:
            if halves := _halves(stream, window, error):
                waiting.extendleft(reversed(halves))
                lease.one_more()
                continue
            if _is_too_old(job, stream, window, error):
                coverage.note_history(job.team, stream, window)
                log.info(
                    "%s of %s: nothing up to %s.", stream, job.team, window.days[-1]
                )
                waiting = deque(w for w in waiting if w.start_ms > window.end_ms)
                continue
            outcome = _noted(job, outcome, window, error)
            if outcome.unavailable:
                return outcome
            bad_in_a_row += 1
            if isinstance(error, ENDS) or bad_in_a_row == PATIENCE:
                failed = outcome.windows_failed + len(waiting)
                return replace(outcome, windows_failed=failed)
            continue
        outcome, bad_in_a_row = outcome.with_window(counts), 0
        lease.progress()
        _count(run, outcome)
        job.told(stream, outcome.windows_done, outcome.windows_done + len(waiting))
    return replace(outcome, left=len(waiting))


def _halves(
    stream: Stream, window: Window, error: Exception
) -> tuple[Window, Window] | None:
    """A shorter window may do: fewer pages to move (but daily usage has as many people
    then), or none of the days that are too long ago for the key."""
    if isinstance(error, PagesMoved) and stream is not Stream.DAILY:
        return window.halves()
    if isinstance(error, KeyMayNot | NotThere) and window is not WHOLE:
        return window.day_halves()
    return None


def _is_too_old(job: Job, stream: Stream, window: Window, error: Exception) -> bool:
    """The key reads newer days: what it may not read is days so long ago."""
    if window is WHOLE or not isinstance(error, KeyMayNot | NotThere):
        return False
    return coverage.newer_was_read(job.team, stream, window, job.clock() - LATELY)


def _over(job: Job) -> bool:
    return job.until is not None and job.clock() >= job.until


def _window(job: Job, stream: Stream, lease: Lease, window: Window) -> Counts:
    """Fetch outside the transaction, write inside, with the lease proven in it."""
    lease.renew()
    write = FETCH[stream](Step(job.team, job.api, window, lease.keep, job.clock))
    with transaction.atomic():
        lease.renew()
        counts = write(job.clock())
        if counts.written:
            changed(job.team)
        return counts


def _noted(job: Job, outcome: Outcome, window: Window, error: Exception) -> Outcome:
    sentence = str(error)
    if capability.note(job.team, outcome.stream, error, job.clock()):
        return replace(outcome, windows_failed=0, unavailable=sentence)
    if isinstance(error, DatabaseError):
        log.exception("Writing %s of %s failed.", outcome.stream.label, job.team)
        sentence = storing.sentence(error)
    elif window is not WHOLE:
        coverage.note_failure(job.team, outcome.stream, window, job.clock(), sentence)
    after = getattr(error, "retry_after", None)
    later = isinstance(error, Throttled)
    return replace(
        outcome,
        error=sentence,
        later=later,
        retry_after=after,
        windows_failed=outcome.windows_failed + 1,
    )


def _count(run: SyncRun, outcome: Outcome, **more: Any) -> None:
    done, failed = outcome.windows_done, outcome.windows_failed
    runs.count(run, outcome.counts, done, failed, **more)


def _close(run: SyncRun, outcome: Outcome, now: datetime) -> None:
    _count(run, outcome, finished_at=now, error=outcome.error[:500])


def _report(job: Job, lease: Lease, outcome: Outcome) -> None:
    """On the lease (when it is due again), in the log, and for somebody to look at."""
    now, label = job.clock(), outcome.stream.label
    if outcome.error:
        lease.failed(outcome.error, now + _pause(lease.failures(), outcome))
        if not outcome.later:
            text = f"{label}: {outcome.error}"
            open_attention(job.team, "sync", outcome.stream, text)
        log.warning("%s of %s: %s", label, job.team, outcome.error)
        return
    if outcome.unavailable:
        lease.unavailable(now + capability.AGAIN)
        clear_attention(job.team, "sync", outcome.stream)
        log.info("%s of %s: %s", label, job.team, outcome.unavailable)
        return
    if outcome.windows_done:
        capability.note(job.team, outcome.stream, None, now)
    if job.reason is SyncRun.Reason.BACKFILL:
        lease.released()
    else:
        jitter = timedelta(seconds=random.uniform(0, JITTER_SECONDS))
        lease.succeeded(now + PERIOD + jitter)
        clear_attention(job.team, "sync", outcome.stream)
    log.info("%s of %s: %s", label, job.team, outcome.counts)


def _pause(failures: int, outcome: Outcome) -> timedelta:
    """As long as the vendor asked for, else longer after each failure in a row: 1, 2,
    4 … 30 minutes."""
    if outcome.retry_after is not None:
        return timedelta(seconds=outcome.retry_after)
    return min(timedelta(minutes=2 ** min(failures, 5)), LONGEST_PAUSE)
