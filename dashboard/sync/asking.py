"""“Sync now”, for a team or one of its streams: started, joined, or next in line."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.models import Stream, SyncRun, SyncState
from dashboard.sync.fetch import FETCH
from dashboard.sync.lease import state_of
from dashboard.sync.schedule import SENT_AGAIN_AFTER, USER, Send, is_leased, waits
from tokens.models import Team


class Answer(Enum):
    """What became of a press, by what matters most to the one who pressed."""

    STARTED = 1
    NEXT = 2
    RUNNING = 3
    WAITING = 4


def ask(team: Team, now: datetime, send: Send, only: Stream | None = None) -> str:
    """Somebody wants fresh data now. Returns a sentence on what happens; asking again
    joins what is under way."""
    if not team.sync_key:
        return _(
            "%(team)s has no Admin API key yet. An admin enters it on the sync page."
        ) % {"team": team}
    streams: Iterable[Stream] = [only] if only else FETCH
    answers = [_ask(team, stream, now, send) for stream in streams]
    answer = min(answers, key=lambda found: found.value)
    return SENTENCES[answer] % {"what": only.label if only else team}


def _ask(team: Team, stream: Stream, now: datetime, send: Send) -> Answer:
    state = state_of(team, stream, now)
    if is_leased(state, now):
        if not _goes_back(team, stream):
            return Answer.RUNNING
        _note(state, asked_at=now, due_at=now)
        return Answer.NEXT
    if waits(state, now) and state.due_at > now:
        return Answer.WAITING
    if _note(state, asked_at=now, due_at=now + SENT_AGAIN_AFTER):
        send(team, stream, USER)
    return Answer.STARTED


def _goes_back(team: Team, stream: Stream) -> bool:
    """Whether what runs is a turn of the backfill, which fetches nothing new."""
    return SyncRun.objects.filter(
        team=team, stream=stream, reason=SyncRun.Reason.BACKFILL, finished_at=None
    ).exists()


def _note(state: SyncState, **values: datetime) -> int:
    """Compare-and-set: of two presses at once only one sends."""
    same = SyncState.objects.filter(pk=state.pk, asked_at=state.asked_at)
    return same.filter(due_at=state.due_at).update(**values)


SENTENCES = {
    Answer.STARTED: gettext_lazy("The sync of “%(what)s” has been started."),
    Answer.NEXT: gettext_lazy(
        "Older days of “%(what)s” are being fetched; the newest ones come next."
    ),
    Answer.RUNNING: gettext_lazy(
        "A sync of “%(what)s” is already running; its progress is shown here."
    ),
    Answer.WAITING: gettext_lazy(
        "A sync of “%(what)s” has been asked for; it begins once a worker is free."
    ),
}
