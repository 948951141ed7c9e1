"""Which windows of a stream are complete, and which are to be fetched now."""

from datetime import UTC, datetime
from decimal import Decimal

from dashboard.models import Stream, SyncWindow
from dashboard.sync.windows import Rhythm, Window, due
from tokens.models import Team

RHYTHMS = {
    Stream.EVENTS: Rhythm(fresh=2, stride=7, reach=90),
    Stream.DAILY: Rhythm(fresh=7, stride=30, reach=90),
}


def due_windows(team: Team, stream: Stream, now: datetime) -> list[Window]:
    """Empty for a stream that is a gauge: it is read whole each time."""
    rhythm = RHYTHMS.get(stream)
    if rhythm is None:
        return []
    done = SyncWindow.objects.done().filter(team=team, stream=stream)
    spans = done.values_list("start_ms", "end_ms")
    return due(rhythm, int(now.timestamp() * 1000), [Window(*ends) for ends in spans])


def note_done(
    team: Team,
    stream: Stream,
    window: Window,
    now: datetime,
    *,
    rows: int,
    announced: int | None = None,
    charged_cents: Decimal | None = None,
) -> None:
    """The window is complete; narrower windows that it holds have nothing to add."""
    mine = SyncWindow.objects.filter(team=team, stream=stream)
    mine.filter(start_ms__gte=window.start_ms, end_ms__lte=window.end_ms).delete()
    SyncWindow.objects.create(
        team=team,
        stream=stream,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        status=SyncWindow.Status.DONE,
        rows=rows,
        announced=announced,
        charged_cents=charged_cents,
        attempts=1,
        fetched_at=now,
    )


def note_failure(
    team: Team, stream: Stream, window: Window, now: datetime, sentence: str
) -> None:
    """A window that was complete before stays complete: its rows are still there."""
    row, made = SyncWindow.objects.get_or_create(
        team=team,
        stream=stream,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        defaults={"status": SyncWindow.Status.FAILED, "fetched_at": now},
    )
    row.attempts = 1 if made else row.attempts + 1
    row.last_error = sentence[:500]
    row.save(update_fields=["attempts", "last_error"])


def complete_until(team: Team, stream: Stream) -> datetime | None:
    """The end (UTC, inclusive) of the newest block of windows without a gap."""
    done = SyncWindow.objects.done().filter(team=team, stream=stream)
    newest = done.order_by("-end_ms").first()
    return datetime.fromtimestamp(newest.end_ms / 1000, UTC) if newest else None
