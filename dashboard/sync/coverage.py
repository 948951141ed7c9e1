"""Which windows of a stream are complete, and which are to be fetched now."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q

from dashboard.models import SpendSnapshot, Stream, SyncState, SyncWindow
from dashboard.sync.windows import (
    ONE_DAY,
    Fetched,
    Rhythm,
    Window,
    backfill,
    due,
    whole_days,
)
from tokens.models import Team

RHYTHMS = {
    Stream.EVENTS: Rhythm(hourly=1, nightly=7, step=1, stride=7, reach=90, cycles=True),
    # A window of it is in memory at once: a week of 1,000 people takes some 20 MB.
    Stream.DAILY: Rhythm(hourly=2, nightly=30, step=7, stride=7, reach=90),
    Stream.AUDIT: Rhythm(hourly=2, nightly=7, step=30, stride=30, reach=90),
}


def due_windows(team: Team, stream: Stream, now: datetime) -> list[Window]:
    """Empty for a stream that is a gauge: it is read whole each time."""
    rhythm = RHYTHMS.get(stream)
    if rhythm is None:
        return []
    starts = cycle_starts(team) if rhythm.cycles else []
    zone = ZoneInfo(team.time_zone)
    windows = due(rhythm, now, fetched_days(team, stream), starts, zone)
    first = history_from(team, stream)
    return [window for window in windows if first is None or window.days[-1] >= first]


def backfill_windows(team: Team, stream: Stream, now: datetime) -> list[Window]:
    rhythm = RHYTHMS.get(stream)
    if rhythm is None:
        return []
    fetched, floor = fetched_days(team, stream), floor_of(team, stream)
    return backfill(rhythm, now, fetched, floor, history_from(team, stream))


def floor_of(team: Team, stream: Stream) -> date | None:
    """The day that somebody asked the backfill to go back to."""
    states = SyncState.objects.filter(team=team, stream=stream)
    return states.values_list("floor_day", flat=True).first()


def history_from(team: Team, stream: Stream) -> date | None:
    """The first day that the vendor does not refuse, where it refuses older ones."""
    states = SyncState.objects.filter(team=team, stream=stream)
    return states.values_list("history_from", flat=True).first()


def note_history(team: Team, stream: Stream, refused: Window) -> None:
    """Of this window and all older ones nothing is to be had."""
    first = refused.days[-1] + ONE_DAY
    mine = SyncState.objects.filter(team=team, stream=stream)
    mine.update(history_from=first)
    SyncWindow.objects.filter(
        team=team,
        stream=stream,
        status=SyncWindow.Status.FAILED,
        end_ms__lte=refused.end_ms,
    ).delete()


def forget_history(team: Team, stream: Stream | None = None) -> None:
    """Whether older days are refused is to be found out again."""
    states = SyncState.objects.filter(team=team).exclude(history_from=None)
    mine = states.filter(stream=stream) if stream else states
    mine.update(history_from=None)


def newer_was_read(team: Team, stream: Stream, window: Window, since: datetime) -> bool:
    """Whether the key read newer days than the window's, not long ago."""
    done = SyncWindow.objects.done().filter(team=team, stream=stream)
    return done.filter(end_ms__gt=window.end_ms, fetched_at__gte=since).exists()


def cycle_starts(team: Team) -> list[datetime]:
    starts = SpendSnapshot.objects.filter(team=team).order_by("cycle_start")
    return list(starts.values_list("cycle_start", flat=True).distinct())


def fetched_days(team: Team, stream: Stream) -> dict[date, Fetched]:
    """The days that are held whole, with the newest time each was fetched."""
    days: dict[date, Fetched] = {}
    done = SyncWindow.objects.done().filter(team=team, stream=stream)
    for row in done.order_by("fetched_at").defer("page_hashes"):
        for day in whole_days(Window(row.start_ms, row.end_ms)):
            days[day] = Fetched(row.fetched_at, empty=row.rows == 0)
    return days


def page_hashes(team: Team, stream: Stream, window: Window) -> bytes:
    """Of the pages that this very window was made of; empty when not known."""
    done = SyncWindow.objects.done().filter(
        team=team, stream=stream, start_ms=window.start_ms, end_ms=window.end_ms
    )
    return bytes(done.values_list("page_hashes", flat=True).first() or b"")


def note_done(
    team: Team,
    stream: Stream,
    window: Window,
    now: datetime,
    *,
    rows: int,
    announced: int | None = None,
    charged_cents: Decimal | None = None,
    quarantined: int = 0,
    page_hashes: bytes = b"",
) -> None:
    """The window is complete. Narrower windows inside it have nothing to add, and
    failures inside it are mended."""
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
        quarantined=quarantined,
        page_hashes=page_hashes,
        attempts=1,
        fetched_at=now,
    )


def note_unchanged(team: Team, stream: Stream, window: Window, now: datetime) -> None:
    """Fetched again, and nothing is different."""
    SyncWindow.objects.filter(
        team=team, stream=stream, start_ms=window.start_ms, end_ms=window.end_ms
    ).update(fetched_at=now)


def note_failure(
    team: Team, stream: Stream, window: Window, now: datetime, sentence: str
) -> None:
    """A window that was complete before stays complete: its rows are still there."""
    mine = SyncWindow.objects.filter(team=team, stream=stream)
    held = Q(start_ms__lte=window.start_ms, end_ms__gte=window.end_ms)
    row = (
        mine.done().filter(held).first()
        or mine.get_or_create(
            team=team,
            stream=stream,
            start_ms=window.start_ms,
            end_ms=window.end_ms,
            defaults={"status": SyncWindow.Status.FAILED, "fetched_at": now},
        )[0]
    )
    row.attempts += 1
    row.last_error = sentence[:500]
    row.save(update_fields=["attempts", "last_error"])


def complete_until(team: Team, stream: Stream) -> datetime | None:
    """The end (UTC, inclusive) of the newest window that is complete."""
    done = SyncWindow.objects.done().filter(team=team, stream=stream)
    newest = done.order_by("-end_ms").first()
    return datetime.fromtimestamp(newest.end_ms / 1000, UTC) if newest else None
