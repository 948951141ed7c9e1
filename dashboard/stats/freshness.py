"""How complete the tables are, and what the sync is doing about it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from dashboard.models import Capability, Stream, SyncState, SyncWindow
from dashboard.periods import DAY
from dashboard.sync.fetch import FETCH
from tokens.models import Team

# The vendor still changes costs for a day or two.
PROVISIONAL_DAYS = 2
# With a worker alive, something due is taken up within a sweep or two.
PATIENCE = timedelta(seconds=45)
# A backfill that waits longer has met trouble.
NEXT_TURN = timedelta(minutes=3)
# Could not be tried: the sync finds out.
READABLE = (Capability.State.OK, Capability.State.UNKNOWN)


@dataclass(frozen=True)
class Coverage:
    """The newest span of time whose events were fetched without a gap."""

    since: datetime
    until: datetime

    def holds(self, day: date) -> bool:
        """Whether at least a part of the day is inside."""
        return self.since.date() <= day <= self.until.date()


def coverage(team: Team) -> Coverage | None:
    block: tuple[int, int] | None = None
    for start, end in SyncWindow.objects.spans(team, Stream.EVENTS):
        if block is None:
            block = start, end
        elif end >= block[0] - 1:
            block = min(start, block[0]), block[1]
        else:
            break
    if block is None:
        return None
    return Coverage(_instant(block[0]), _instant(block[1] + 1))


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def provisional_from(today: date) -> date:
    """The first of the last UTC days whose numbers may still change."""
    return today - DAY * (PROVISIONAL_DAYS - 1)


class Doing(StrEnum):
    RUNNING = "running"
    QUEUED = "queued"
    FAILED = "failed"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class StreamProgress:
    """`refusal`: the sentence why this key does not read the stream. `goes_back`: a
    backfill takes its next turn about now."""

    stream: Stream
    doing: Doing
    done: int = 0
    total: int = 0
    error: str = ""
    refusal: str = ""
    succeeded_at: datetime | None = None
    started_at: datetime | None = None
    due_at: datetime | None = None
    goes_back: bool = False

    @property
    def label(self) -> str:
        return self.stream.label


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
        return self.has_key and any(
            s.doing in (Doing.RUNNING, Doing.QUEUED) for s in self.streams
        )

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

    def refusal(self, stream: Stream) -> str:
        """Why the key does not read this stream; empty when it does."""
        return next((s.refusal for s in self.streams if s.stream is stream), "")


def progress(team: Team, now: datetime, asked_at: datetime | None = None) -> Progress:
    """`asked_at`: when somebody pressed “Sync now”; what has not ended since waits."""
    states = {state.stream: state for state in SyncState.objects.filter(team=team)}
    tried = {row.stream: row for row in Capability.objects.filter(team=team)}
    streams = tuple(
        _stream(name, states.get(name), tried.get(name), now, asked_at)
        for name in Stream
        if name in FETCH or name in states or name in tried
    )
    running = any(s.doing is Doing.RUNNING for s in streams)
    times = [t for s in states.values() for t in (s.finished_at, s.started_at) if t]
    quiet_since = max([asked_at or team.created_at, *times])
    queued = any(s.doing is Doing.QUEUED for s in streams)
    waits_long = queued and not running and now - quiet_since > PATIENCE
    return Progress(streams, bool(team.sync_key), waits_long)


def _stream(
    stream: Stream,
    state: SyncState | None,
    tried: Capability | None,
    now: datetime,
    asked_at: datetime | None,
) -> StreamProgress:
    refusal = _refusal(state, tried)
    if state is None:
        return StreamProgress(
            stream, Doing.REFUSED if refusal else Doing.QUEUED, refusal=refusal
        )
    return StreamProgress(
        stream,
        Doing.REFUSED if refusal else _doing(state, now, asked_at),
        state.windows_done,
        state.windows_total,
        state.last_error,
        refusal,
        state.succeeded_at,
        state.started_at,
        state.due_at,
        state.backfill_at is not None and state.backfill_at - now < NEXT_TURN,
    )


def _refusal(state: SyncState | None, tried: Capability | None) -> str:
    """A sync that succeeded after the key was tried knows better."""
    if tried is None or tried.state in READABLE:
        return ""
    if state and state.succeeded_at and state.succeeded_at > tried.checked_at:
        return ""
    return tried.sentence or f"{Capability.State(tried.state).label}."


def _doing(state: SyncState, now: datetime, asked_at: datetime | None) -> Doing:
    """A sent message moves `due_at` on, so a row that waits for a worker may look as
    if it were not due."""
    if state.leased_until and state.leased_until > now:
        return Doing.RUNNING
    ended = state.finished_at
    lost = ended and state.started_at and state.started_at > ended
    if ended is None or lost or state.due_at <= now or (asked_at and ended < asked_at):
        return Doing.QUEUED
    return Doing.FAILED if state.last_error else Doing.DONE
