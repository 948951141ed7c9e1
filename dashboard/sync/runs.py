"""The rows of the sync page's table of runs: opened, counted while they go, closed."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from dashboard.models import Stream, SyncRun
from dashboard.sync.counts import Counts
from tokens.models import Team

CUT_OFF = "The worker ended in the middle of it."


def begin(team: Team, stream: Stream, reason: SyncRun.Reason, now: datetime) -> SyncRun:
    """The lease is ours, so a run that is still open is a dead worker's."""
    SyncRun.objects.filter(team=team, stream=stream, finished_at=None).update(
        finished_at=now, error=CUT_OFF
    )
    return SyncRun.objects.create(
        team=team, stream=stream, reason=reason, started_at=now
    )


def count(
    run: SyncRun,
    counts: Counts,
    windows_done: int,
    windows_failed: int = 0,
    **more: Any,
) -> None:
    """The page shows it while the round goes on."""
    SyncRun.objects.filter(pk=run.pk).update(
        windows_done=windows_done,
        windows_failed=windows_failed,
        **asdict(counts),
        **more,
    )
