"""What the sync of a team is doing, stream by stream, and how the last try went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.adminapi.refusals import is_about_address
from dashboard.models import Capability, Stream, SyncState
from dashboard.sync.fetch import FETCH
from dashboard.sync.schedule import is_leased, waits
from tokens.models import Team

# With a worker alive, something due is taken up within a sweep or two.
PATIENCE = timedelta(seconds=45)
# A backfill that waits longer has met trouble.
NEXT_TURN = timedelta(minutes=3)
# Could not be tried: the sync finds out.
READABLE = (Capability.State.OK, Capability.State.UNKNOWN)
# What says that the key is wrong; the members are what a team is, so a key that may
# not read them is of another kind.
_WRONG = {
    False: (Capability.State.WRONG_KEY,),
    True: (Capability.State.WRONG_KEY, Capability.State.REFUSED),
}


class Doing(StrEnum):
    RUNNING = "running"
    QUEUED = "queued"
    FAILED = "failed"
    DONE = "done"
    REFUSED = "refused"


_ENDED = (Doing.FAILED, Doing.DONE)


@dataclass(frozen=True)
class StreamProgress:
    """`refusal`: the sentence why this key does not read the stream. `wants_key`: it
    failed because of the key. `goes_back`: a backfill takes its next turn about now."""

    stream: Stream
    doing: Doing
    done: int = 0
    total: int = 0
    error: str = ""
    refusal: str = ""
    wants_key: bool = False
    succeeded_at: datetime | None = None
    started_at: datetime | None = None
    due_at: datetime | None = None
    goes_back: bool = False

    @property
    def label(self) -> str:
        return str(self.stream.label)

    @property
    def wants_address(self) -> bool:
        return self.doing is Doing.FAILED and is_about_address(self.error)

    @property
    def is_busy(self) -> bool:
        return self.doing in (Doing.RUNNING, Doing.QUEUED)


@dataclass(frozen=True)
class Progress:
    """What the sync of a team is doing. `waits_long`: something is to be done and no
    worker has taken it up."""

    streams: tuple[StreamProgress, ...]
    has_key: bool
    waits_long: bool

    @property
    def active(self) -> bool:
        """Whether looking again in a moment will show something else."""
        return self.has_key and any(s.is_busy for s in self.streams)

    @property
    def goes_back(self) -> bool:
        return self.has_key and any(s.goes_back for s in self.streams)

    @property
    def failures(self) -> dict[str, list[str]]:
        """Each sentence of an error with the streams it is about."""
        found: dict[str, list[str]] = {}
        for stream in self.streams:
            if stream.error and stream.doing is not Doing.REFUSED:
                found.setdefault(stream.error, []).append(stream.label)
        return found

    @property
    def wants_key(self) -> bool:
        return any(s.wants_key for s in self.streams)

    def refusal(self, stream: Stream) -> str:
        """Why the key does not read this stream; empty when it does."""
        return next((s.refusal for s in self.streams if s.stream is stream), "")


def progress(team: Team, now: datetime) -> Progress:
    kept = SyncState.objects.filter(team=team).order_by()
    states = {state.stream: state for state in kept}
    tried = {r.stream: r for r in Capability.objects.filter(team=team).order_by()}
    streams = tuple(
        _stream(name, states.get(name), tried.get(name), now)
        for name in Stream
        if name in FETCH or name in states or name in tried
    )
    running = any(s.doing is Doing.RUNNING for s in streams)
    marks = (
        (s.finished_at, s.started_at, s.asked_at if waits(s, now) else None)
        for s in states.values()
    )
    quiet_since = max([team.created_at, *(t for ts in marks for t in ts if t)])
    queued = any(s.doing is Doing.QUEUED for s in streams)
    waits_long = queued and not running and now - quiet_since > PATIENCE
    return Progress(streams, bool(team.sync_key), waits_long)


def _stream(
    stream: Stream, state: SyncState | None, tried: Capability | None, now: datetime
) -> StreamProgress:
    told = tried if tried and _holds(tried, state) else None
    wants_key = told is not None and told.state in _WRONG[stream is Stream.MEMBERS]
    refusal = _refusal(told) if told and not wants_key else ""
    if state is None:
        doing = Doing.REFUSED if refusal else Doing.QUEUED
        return StreamProgress(stream, doing, refusal=refusal)
    doing = _doing(state, now)
    if refusal and stream is not Stream.MEMBERS and doing in _ENDED:
        doing = Doing.REFUSED
    return StreamProgress(
        stream,
        doing,
        state.windows_done,
        state.windows_total,
        state.last_error,
        refusal,
        wants_key,
        state.succeeded_at,
        state.started_at,
        state.due_at,
        state.backfill_at is not None and state.backfill_at - now < NEXT_TURN,
    )


def _holds(tried: Capability, state: SyncState | None) -> bool:
    """Something is wrong with the key. A sync that ended later, well or with another
    failure, knows better."""
    if tried.state in READABLE:
        return False
    if state is None:
        return True
    if state.succeeded_at and state.succeeded_at > tried.checked_at:
        return False
    ended, said = state.finished_at, state.last_error
    is_older = ended is not None and ended > tried.checked_at
    return not (is_older and said and said != tried.sentence)


def _refusal(tried: Capability) -> str:
    return tried.sentence or f"{Capability.State(tried.state).label}."


def _doing(state: SyncState, now: datetime) -> Doing:
    """A sent message moves `due_at` on, so a row that waits for a worker may look as
    if it were not due."""
    if is_leased(state, now):
        return Doing.RUNNING
    ended = state.finished_at
    lost = ended and state.started_at and state.started_at > ended
    if ended is None or lost or state.due_at <= now or waits(state, now):
        return Doing.QUEUED
    return Doing.FAILED if state.last_error else Doing.DONE
