"""What a team's key can read: told by the probe, and by every sync on its way.

“Not with this key” is no failure. Many plans and keys lack the audit log or billing
groups for good; such a stream is looked at again once a day and alarms nobody.
"""

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta

from dashboard.adminapi.errors import KeyMayNot, KeyRefused, NotThere
from dashboard.adminapi.pace import Priority
from dashboard.adminapi.probe import Finding, Probe, Reason
from dashboard.models import Capability, Stream, SyncState
from dashboard.sync import coverage
from dashboard.sync.lease import Clock, utc_now
from dashboard.sync.teams import open_api
from tokens.attention import clear_attention, open_attention
from tokens.models import Team

AGAIN = timedelta(days=1)
TRY_AGAIN = timedelta(minutes=5)
# Trouble that says nothing about the key, and goes by.
PASSING = (Reason.PACE, Reason.VENDOR, Reason.NETWORK)
# What a team can do without; the others make up the pages.
OPTIONAL = (Stream.BLOCKLISTS, Stream.AUDIT, Stream.GROUPS)
State = Capability.State
_STATES: dict[type[Exception], State] = {
    KeyMayNot: State.REFUSED,
    NotThere: State.GONE,
    KeyRefused: State.WRONG_KEY,
}


def note(team: Team, stream: Stream, error: Exception | None, now: datetime) -> bool:
    """Write down how a sync went; True when the stream is not for this key at all.

    Trouble on the way (time-outs, 5xx, a full disk) says nothing about the key. The
    members are what a team is: without them the key or the address is wrong.
    """
    state = State.OK if error is None else _STATES.get(type(error))
    if state is not None:
        _write(team, stream, state, str(error or ""), now)
    if stream is Stream.MEMBERS or state not in (State.REFUSED, State.GONE):
        return False
    return state is State.REFUSED or not _without_members(team)


def _without_members(team: Team) -> bool:
    """An address that has no members either is not the Admin API."""
    lost = (State.GONE, State.UNKNOWN)
    members = Capability.objects.filter(team=team, stream=Stream.MEMBERS)
    return members.filter(state__in=lost).exists()


def probe(team: Team, clock: Clock = utc_now) -> list[Capability]:
    """Ask the endpoints once more that met passing trouble when the key was tried. A
    stream that can be read now is due at once if it could not before. Raises
    SecretUnreadable when the stored key cannot be opened."""
    waiting = Capability.objects.filter(team=team).exclude(again_at=None)
    only = list(waiting.values_list("stream", flat=True))
    with closing(open_api(team, priority=Priority.BACKFILL)) as api:
        found = api.probe(clock, only)
    return keep(team, found, clock())


def to_probe(teams: Iterable[Team], now: datetime) -> list[Team]:
    """Teams of whose key something is to be found out now. Each is named once: what a
    lost message leaves undone comes up again a little later."""
    waiting = Capability.objects.filter(again_at__lte=now)
    again = {"again_at": now + TRY_AGAIN}
    return [team for team in teams if waiting.filter(team=team).update(**again)]


def keep(team: Team, found: Probe, now: datetime) -> list[Capability]:
    """Of a key that was tried before it was the team's own, too."""
    note_clock(team, found.clock)
    return [_found(team, finding, now) for finding in found.findings]


def _found(team: Team, finding: Finding, now: datetime) -> Capability:
    stream, state = Stream(finding.endpoint), State(finding.state)
    before = Capability.objects.filter(team=team, stream=stream).first()
    if state is State.OK and before is not None and before.state != State.OK:
        SyncState.objects.filter(team=team, stream=stream).update(due_at=now)
    again_at = None
    if finding.reason in PASSING:
        pause = timedelta(seconds=finding.retry_after or 0)
        again_at = now + max(pause, TRY_AGAIN)
    return _write(team, stream, state, finding.sentence, now, again_at)


def _write(
    team: Team,
    stream: Stream,
    state: State,
    sentence: str,
    now: datetime,
    again_at: datetime | None = None,
) -> Capability:
    mine = Capability.objects.filter(team=team, stream=stream)
    if state is State.OK and mine.exclude(state=State.OK).exists():
        # What refused its older days may have been the lack of this right.
        coverage.forget_history(team, stream)
    values = {"state": state, "sentence": sentence[:500], "checked_at": now}
    return Capability.objects.update_or_create(
        team=team, stream=stream, defaults=values | {"again_at": again_at}
    )[0]


def note_clock(team: Team, sentence: str | None) -> None:
    """`None` when nothing is known, empty when our clock is right."""
    if sentence is None:
        return
    if sentence:
        open_attention(team, "clock", "admin-api", sentence)
    else:
        clear_attention(team, "clock", "admin-api")
