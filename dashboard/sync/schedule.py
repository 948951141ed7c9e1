"""What is due, and who is told. The tables hold what is to be done; Celery carries it.

A message may be lost or come twice. So sending one only moves the due time a little: if
no worker took the lease by then, the next sweep sends again.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from dashboard.models import Stream, SyncState
from dashboard.sync.fetch import FETCH
from dashboard.sync.lease import state_of
from tokens.models import Team

SENT_AGAIN_AFTER = timedelta(minutes=2)
# The names of the queues, first things first.
USER, HOURLY, BACKFILL = "user", "hourly", "backfill"
Send = Callable[[Team, Stream, str], None]


def sweep(teams: Iterable[Team], now: datetime, send: Send) -> int:
    """Send a message for every stream that is due and not being worked on."""
    sent = 0
    for team in teams:
        for stream in FETCH:
            state = state_of(team, stream, now)
            for queue, column in ((HOURLY, "due_at"), (BACKFILL, "backfill_at")):
                if _claim(state, column, now):
                    send(team, stream, queue)
                    sent += 1
    return sent


def ask(team: Team, now: datetime, send: Send) -> str:
    """Somebody wants fresh data now. Returns a sentence on what happens."""
    if not team.sync_key:
        return (
            f"{team} has no Admin API key yet. An admin enters it on the team's page."
        )
    states = [(stream, state_of(team, stream, now)) for stream in FETCH]
    idle = [(s, state) for s, state in states if not _leased(state, now)]
    if not idle:
        return "A sync is already running; its progress is shown here."
    SyncState.objects.filter(pk__in=[state.pk for _, state in idle]).update(due_at=now)
    for stream, state in idle:
        state.due_at = now
        if _claim(state, "due_at", now):
            send(team, stream, USER)
    return "The sync has been started."


def _leased(state: SyncState, now: datetime) -> bool:
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
