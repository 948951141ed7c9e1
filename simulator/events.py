"""One person's day as a list of usage events."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

import msgspec

from simulator import pricing
from simulator.days import DAY_MS, busyness, cycle_start
from simulator.people import Person
from simulator.pricing import Model, Tokens

ALLOWANCE_CENTS = 2000.0
_HOUR_MS = 3_600_000


class Kind(StrEnum):
    ON_DEMAND = "on_demand"
    INCLUDED = "included"
    ERRORED = "errored"
    FREE = "free"
    OWN_KEY = "own_key"


class Event(msgspec.Struct, frozen=True, gc=False):
    """`charged` is None for a call that was priced as a request, not by tokens."""

    at_ms: int
    person: str
    email: str
    model: str
    kind: Kind
    requests: float
    tokens: Tokens | None
    charged: float | None
    fee: float | None
    max_mode: bool
    conversation: str
    cloud_agent: str = ""
    service_id: str = ""


@dataclass(slots=True)
class Allowance:
    """Included usage of one person: used up first, made new with the cycle."""

    used: float
    reset_at: int

    def kind(self, at_ms: int, cents: float) -> Kind:
        if self.reset_at and at_ms >= self.reset_at:
            self.used, self.reset_at = 0.0, 0
        if self.used >= ALLOWANCE_CENTS:
            return Kind.ON_DEMAND
        self.used += cents
        return Kind.INCLUDED


@dataclass(slots=True)
class _Beat:
    """One call before it is priced."""

    at_ms: int
    model: Model
    conversation: str
    cloud_agent: str


def allowance(day: int, used: float) -> Allowance:
    """The allowance at the start of a day; it may be made new in the middle."""
    end = cycle_start((day + 1) * DAY_MS - 1)
    return Allowance(used, end if end >= day * DAY_MS else 0)


def person_day(seed: int, person: Person, day: int, left: Allowance) -> list[Event]:
    """A whole UTC day, oldest first; `left` is moved on to the end of the day."""
    rng = Random(f"{seed}:{person.key}:{day}")
    count = _how_many(rng, seed, person, day)
    beats = sorted(_beats(rng, person, day, count), key=lambda b: b.at_ms)
    events: list[Event] = []
    for beat in beats:
        event = _event(rng, person, beat, left)
        # Parallel calls in one millisecond are rare, real, and charged twice.
        events += [event, event] if rng.random() < 0.0008 else [event]
    return events


def _how_many(rng: Random, seed: int, person: Person, day: int) -> int:
    if person.service_id:
        return int(person.rate * rng.uniform(0.8, 1.2))
    if Random(f"{seed}:{person.key}:week:{day // 7}").random() < 0.05:
        return 0
    mean = person.rate * busyness(day)
    return int(mean * rng.uniform(0.4, 1.6) + rng.random())


def _beats(rng: Random, person: Person, day: int, count: int) -> Iterator[_Beat]:
    """Calls come in conversations, mostly around the middle of a local day."""
    while count > 0:
        hour = 8.3 + 5.2 * (rng.random() + rng.random()) - person.zone
        at = int(hour * _HOUR_MS)
        model = rng.choice(person.models)
        conversation = _uuid(rng)
        agent = f"bc-{_uuid(rng)}" if rng.random() < 0.03 else ""
        size = min(count, 1 + int(rng.random() * 9))
        for _ in range(size):
            at += int(9_000 + rng.random() ** 2 * 400_000)
            yield _Beat(day * DAY_MS + at % DAY_MS, model, conversation, agent)
        count -= size


def _event(rng: Random, person: Person, beat: _Beat, left: Allowance) -> Event:
    roll = rng.random()
    if person.service_id:
        return _by_tokens(rng, person, beat, None)
    if roll < 0.012:
        return _make(person, beat, Kind.ERRORED, 0.0, None, 0.0, None)
    if roll < 0.020:
        return _bugbot(rng, person, beat)
    if roll < 0.045:
        requests = rng.choice((1.0, 1.0, 2.0, 1.4))
        return _make(person, beat, Kind.INCLUDED, requests, None, None, None)
    if person.own_key and roll < 0.25:
        return _own_key(rng, person, beat)
    return _by_tokens(rng, person, beat, left)


def _by_tokens(
    rng: Random, person: Person, beat: _Beat, left: Allowance | None
) -> Event:
    max_mode = rng.random() < 0.08
    tokens = pricing.draw_tokens(rng, beat.model, 2.5 if max_mode else 1.0)
    fee = pricing.token_fee(beat.model, tokens)
    cents = pricing.charged(tokens, fee)
    kind = left.kind(beat.at_ms, cents) if left else Kind.ON_DEMAND
    requests = round(tokens.total_cents / 4, 1)
    return _make(person, beat, kind, requests, tokens, cents, fee, max_mode)


def _bugbot(rng: Random, person: Person, beat: _Beat) -> Event:
    # The tokens have a price, yet nothing is charged for them.
    tokens = pricing.draw_tokens(rng, beat.model, 0.5)
    return _make(person, beat, Kind.FREE, 0.0, tokens, 0.0, None)


def _own_key(rng: Random, person: Person, beat: _Beat) -> Event:
    tokens = pricing.draw_tokens(rng, beat.model, 1.0)
    unpaid = msgspec.structs.replace(tokens, total_cents=0.0, discount=0)
    return _make(person, beat, Kind.OWN_KEY, 0.0, unpaid, 0.0, None)


def _make(
    person: Person,
    beat: _Beat,
    kind: Kind,
    requests: float,
    tokens: Tokens | None,
    cents: float | None,
    fee: float | None,
    max_mode: bool = False,
) -> Event:
    return Event(
        at_ms=beat.at_ms,
        person=person.key,
        email=person.typed_email,
        model=beat.model.name,
        kind=kind,
        requests=requests,
        tokens=tokens,
        charged=cents,
        fee=fee,
        max_mode=max_mode,
        conversation=beat.conversation,
        cloud_agent=beat.cloud_agent,
        service_id=person.service_id,
    )


def _uuid(rng: Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join(
        (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    )
