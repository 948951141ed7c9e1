"""What is due, and who is told. The tables hold what is to be done; Celery carries it.

A message may be lost or come twice. So sending one only moves the due time a little: if
no worker took the lease by then, the next sweep sends again; and one that comes when
nothing is due any more is dropped.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from dashboard.models import Stream, SyncState
from dashboard.sync.fetch import FETCH
from dashboard.sync.lease import state_of
from tokens.models import Team

SENT_AGAIN_AFTER = timedelta(minutes=2)
# A press of the button is forgotten then, whatever became of it.
FORGOTTEN_AFTER = timedelta(minutes=10)
# The names of the queues, first things first.
USER, HOURLY, BACKFILL = "user", "hourly", "backfill"
Send = Callable[[Team, Stream, str], None]


def sweep(teams: Iterable[Team], now: datetime, send: Send) -> int:
    """Send a message for every stream that is due and not being worked on. A stream
    that is due goes back in time only afterwards."""
    sent = 0
    for team in teams:
        for stream in FETCH:
            state = state_of(team, stream, now)
            if queue := _queue(state, now):
                send(team, stream, queue)
                sent += 1
    return sent


def _queue(state: SyncState, now: datetime) -> str:
    """Where its message goes; empty when there is none to send."""
    if _claim(state, "due_at", now):
        return USER if waits(state, now) else HOURLY
    if not is_due(state, now) and _claim(state, "backfill_at", now):
        return BACKFILL
    return ""


def is_due(state: SyncState, now: datetime) -> bool:
    """It is to be fetched, or somebody has been told to just now."""
    return state.due_at <= now + SENT_AGAIN_AFTER


def waits(state: SyncState, now: datetime) -> bool:
    """Somebody asked for it, and no sync that began since has ended."""
    asked, begun, ended = state.asked_at, state.started_at, state.finished_at
    if asked is None or now - asked >= FORGOTTEN_AFTER:
        return False
    return begun is None or begun < asked or ended is None or ended < begun


def is_leased(state: SyncState, now: datetime) -> bool:
    return state.leased_until is not None and state.leased_until > now


def _claim(state: SyncState, column: str, now: datetime) -> bool:
    """Compare-and-set on the due time: of several sweeps only one sends."""
    due: datetime | None = getattr(state, column)
    return bool(
        due is not None
        and due <= now
        and SyncState.objects.filter(pk=state.pk, **{column: due})
        .filter(Q(leased_until=None) | Q(leased_until__lte=now))
        .update(**{column: now + SENT_AGAIN_AFTER})
    )
