"""How well an upstream token is: a state machine without a clock or a database.

    ready ──refusal──▶ resting ──time──▶ half open ──success──▶ ready
      ▲                   ▲                  │
      └─────success───────┴──────refusal─────┘      rejected, from anywhere: quarantine

A rest after a rate limit ends by time alone: the upstream named it. After faults or a
used-up quota nobody knows whether it is over, so then one request, the probe, goes
first. A model that a token may not use is out for that model only. In quarantine a
token stays until a check succeeds. Every instant is passed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Cause(StrEnum):
    """Why a request with a token failed, as far as the token is concerned."""

    REJECTED = "rejected"  # not logged in, revoked: waiting does not help
    QUOTA = "quota"  # what was paid for is used up
    RATE = "rate"  # too many requests for now
    MODEL = "model"  # this token may not use this model
    FAULT = "fault"  # the upstream broke; maybe the token's doing, maybe not


class Phase(StrEnum):
    READY = "ready"
    RESTING = "resting"
    HALF_OPEN = "half_open"
    PROBING = "probing"
    QUARANTINE = "quarantine"


# So many faults in a row are no accident.
FAULTS = 3
# The first rest and the longest; each strike more doubles it.
RESTS = {
    Cause.RATE: (timedelta(seconds=30), timedelta(minutes=15)),
    Cause.QUOTA: (timedelta(minutes=15), timedelta(hours=6)),
    Cause.FAULT: (timedelta(seconds=5), timedelta(minutes=5)),
}
PROBED = frozenset({Cause.QUOTA, Cause.FAULT})
WITHOUT_MODEL = timedelta(hours=1)
# A probe whose process was killed is over then.
PROBE_TIME = timedelta(seconds=60)
LONGEST_NAMED = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Health:
    """`strikes` counts failures of one `cause` in a row; `cooled_at` is when the last
    rest began; `models_out` holds until when each model is out."""

    quarantined: bool = False
    cause: Cause | None = None
    strikes: int = 0
    cooled_at: datetime | None = None
    cool_until: datetime | None = None
    probe_until: datetime | None = None
    models_out: Mapping[str, datetime] = field(default_factory=dict)

    def phase(self, now: datetime) -> Phase:
        if self.quarantined:
            return Phase.QUARANTINE
        if self.cool_until is None:
            return Phase.READY
        if now < self.cool_until:
            return Phase.RESTING
        if self.cause not in PROBED:
            return Phase.READY
        probed = self.probe_until is not None and now < self.probe_until
        return Phase.PROBING if probed else Phase.HALF_OPEN

    def serves(self, model: str, now: datetime) -> bool:
        """May a request for this model go with the token now?"""
        if self.phase(now) not in (Phase.READY, Phase.HALF_OPEN):
            return False
        until = self.models_out.get(model)
        return until is None or until <= now

    def back_at(self, model: str, now: datetime) -> datetime | None:
        """When a token that is out may serve again; None if time alone mends nothing,
        or for a model that it may not use. A probe's end is a matter of a moment."""
        out = self.models_out.get(model)
        if self.quarantined or (out is not None and out > now):
            return None
        return now if self.phase(now) is Phase.PROBING else self.cool_until


def probe(health: Health, now: datetime) -> Health:
    """One request goes first; the others wait for what becomes of it."""
    assert health.phase(now) is Phase.HALF_OPEN
    return replace(health, probe_until=now + PROBE_TIME)


def answered(health: Health, leased_at: datetime) -> Health:
    """An answer began. One that was asked for before the last rest proves nothing."""
    if health.quarantined or _is_older(health, leased_at):
        return health
    return Health(models_out=health.models_out)


def gave_up(health: Health, leased_at: datetime) -> Health:
    """The request ended without news of the token; a probe is free again."""
    if _is_older(health, leased_at):
        return health
    return replace(health, probe_until=None)


def failed(
    health: Health,
    cause: Cause,
    now: datetime,
    *,
    leased_at: datetime,
    model: str = "",
    wait: timedelta | None = None,
) -> Health:
    """A request failed. `wait` is what the upstream named, and never shortens a rest.

    Requests that were under way when a rest began tell nothing new: a burst counts
    as one strike.
    """
    if health.quarantined:
        return health
    if cause is Cause.REJECTED:
        return Health(
            quarantined=True, cause=cause, cooled_at=now, models_out=health.models_out
        )
    if wait is not None:
        wait = min(max(wait, timedelta(seconds=1)), LONGEST_NAMED)
    if cause is Cause.MODEL:
        out = {m: until for m, until in health.models_out.items() if until > now}
        out[model] = now + (wait or WITHOUT_MODEL)
        return gave_up(replace(health, models_out=out), leased_at)
    if _is_older(health, leased_at) or health.phase(now) is Phase.RESTING:
        return _rest(health, now + wait) if wait else health
    return _struck(health, cause, now, wait)


def restored(health: Health) -> Health:
    """A check went well, or somebody gave the token a new secret."""
    return Health()


def _struck(
    health: Health, cause: Cause, now: datetime, wait: timedelta | None
) -> Health:
    strikes = health.strikes + 1 if health.cause is cause else 1
    struck = replace(
        health, cause=cause, strikes=strikes, cool_until=None, probe_until=None
    )
    if cause is Cause.FAULT:
        if strikes < FAULTS:
            return struck
        strikes -= FAULTS - 1
    rest = wait or _growing(cause, strikes)
    return _rest(replace(struck, cooled_at=now), now + rest)


def _growing(cause: Cause, strikes: int) -> timedelta:
    first, longest = RESTS[cause]
    times: int = 2 ** min(strikes - 1, 20)
    return min(first * times, longest)


def _rest(health: Health, until: datetime) -> Health:
    known = health.cool_until
    return replace(health, cool_until=until if known is None else max(known, until))


def _is_older(health: Health, leased_at: datetime) -> bool:
    return health.cooled_at is not None and leased_at <= health.cooled_at
