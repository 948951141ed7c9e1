"""Whose turn it is: pure choice among what the pool knows of its tokens.

A member's own token comes first, then those that everybody may use. Among them the
one with the fewest requests under way for its weight, then the one that was used
longest ago.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tokens.crypto import Secret
from tokens.health import Cause, Health, Phase


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a token's requests go."""

    id: int
    kind: str
    base_url: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token as it was read. `elsewhere` counts the requests that other processes
    have under way with it."""

    token_id: int
    name: str
    upstream: Destination
    secret: Secret = field(repr=False)
    machine_id: str = field(repr=False)
    mac_id: str = field(repr=False)
    health: Health
    version: int
    owner_email: str = ""
    shared: bool = False
    weight: int = 1
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    elsewhere: int = 0

    def may_serve(self, owner_email: str) -> bool:
        return self.shared or self.owner_email in ("", owner_email)

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request needs of a token. `upstreams`: the ids of those that serve the
    model, None for any. `skip`: the tokens that were tried for it already."""

    model: str = ""
    owner_email: str = ""
    upstreams: Collection[int] | None = None
    skip: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """No token can serve now. `limited`: because of rate limits. `wait` is in whole
    seconds, None where waiting alone mends nothing."""

    limited: bool = False
    wait: int | None = None


def choose(
    known: Sequence[Candidate],
    wanted: Wanted,
    now: datetime,
    under_way: Mapping[int, int],
    used: Mapping[int, datetime],
) -> Candidate | Nothing:
    """`under_way` and `used` say what this process does with each token, and when it
    last took it."""
    fitting = [c for c in known if fits(c, wanted) and c.token_id not in wanted.skip]
    able = [
        c
        for c in fitting
        if c.health.serves(wanted.model, now) and not c.has_expired(now)
    ]
    own = [c for c in able if c.owner_email and c.owner_email == wanted.owner_email]
    if not able:
        return _nothing([c for c in known if fits(c, wanted)], wanted.model, now)

    def turn(candidate: Candidate) -> tuple[float, float, int]:
        busy = under_way.get(candidate.token_id, 0) + candidate.elsewhere
        last = used.get(candidate.token_id) or candidate.last_used_at
        return (
            (busy + 1) / max(candidate.weight, 1),
            last.timestamp() if last else 0.0,
            candidate.token_id,
        )

    return min(own or able, key=turn)


def fits(candidate: Candidate, wanted: Wanted) -> bool:
    serves = wanted.upstreams is None or candidate.upstream.id in wanted.upstreams
    return serves and candidate.may_serve(wanted.owner_email)


def _nothing(fitting: Sequence[Candidate], model: str, now: datetime) -> Nothing:
    waits: list[timedelta] = []
    limited = False
    for candidate in fitting:
        health = candidate.health
        back = None if candidate.has_expired(now) else health.back_at(model, now)
        if back is None:
            continue
        waits.append(back - now)
        resting = health.phase(now) is Phase.RESTING
        limited = limited or (resting and health.cause is Cause.RATE)
    if not waits:
        return Nothing()
    return Nothing(limited, max(1, -int(-min(waits).total_seconds() // 1)))
