"""What the API has been seen to do to events after they happened.

A quirk is one function from an event to the event as it is served now, or to
None while it is not served. It is a pure function of the world's seed, the
event's place in its day, the options and the time: a later look at the same
moment sees the same. Facts: admin_api.md §6, in the order of docs/simulator.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

import msgspec

from simulator.days import cycle_end
from simulator.events import Event, Kind
from simulator.people import Person
from simulator.pricing import Tokens

Options = Mapping[str, object]
HOUR_MS = 3_600_000
T = TypeVar("T")
_SETTLED_EARLY = 0.7

# Words that the API uses beside the usual ones, and what they mean. The oracle
# books a person's own key and every unknown word as "other".
ODD_KINDS: tuple[tuple[object, Kind], ...] = (
    ("Included in Pro", Kind.INCLUDED),
    ("USAGE_EVENT_KIND_INCLUDED_IN_ULTRA", Kind.INCLUDED),
    ("usage-based", Kind.ON_DEMAND),
    ("USAGE_EVENT_KIND_ERRORED_NOT_CHARGED", Kind.ERRORED),
    ("Free Credit", Kind.FREE),
    ("Promotional", Kind.OWN_KEY),
    ("USAGE_EVENT_KIND_SOMETHING_NEW", Kind.OWN_KEY),
    ("", Kind.OWN_KEY),
)
# Fields that may be null or absent, and what the event then is without them.
OPTIONAL: dict[str, dict[str, object]] = {
    "chargedCents": {"charged": None},
    "cursorTokenFee": {"fee": None},
    "tokenUsage": {"tokens": None},
    "tokenUsage.cacheReadTokens": {"cache_read": 0},
    "tokenUsage.cacheWriteTokens": {"cache_write": 0},
    "requestsCosts": {"requests": 0.0},
    "isChargeable": {},
    "isHeadless": {},
    "isFreeBugbot": {},
    "serviceAccountName": {},
    "conversationId": {"conversation": ""},
}


@dataclass(frozen=True, slots=True)
class Scene:
    """When we look, with which options, and whose addresses are gone by now."""

    now_ms: int
    options: Options = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def is_over(self, event: Event, hours: float) -> bool:
        hours = number(self.options, "hours", hours)
        return self.now_ms >= event.at_ms + int(hours * HOUR_MS)


# The number is even between 0 and 1 among the events that the quirk chose.
Change = Callable[[Event, float, Scene], Event | None]


def late(event: Event, pick: float, scene: Scene) -> Event | None:
    """Served only `hours` after it happened."""
    return event if scene.is_over(event, 6) else None


def vanished(event: Event, pick: float, scene: Scene) -> Event | None:
    """No longer served `hours` after it happened."""
    return None if scene.is_over(event, 48) else event


def restated(event: Event, pick: float, scene: Scene) -> Event:
    """Other money, request units or kind for `hours`; a part until the cycle ends."""
    if not scene.is_over(event, 24):
        return _guessed(event, pick)
    waits = pick >= _SETTLED_EARLY and scene.options.get("anchor", True)
    if waits and scene.now_ms < cycle_end(event.at_ms):
        return _changed(event, charged=_times(event.charged, 1.04))
    return event


def late_tokens(event: Event, pick: float, scene: Scene) -> Event:
    """No tokens at all, or no price either, or some of them, for `hours`."""
    if event.tokens is None or scene.is_over(event, 3):
        return event
    if pick < 1 / 3:
        return _changed(event, tokens=None, charged=None, fee=None)
    if pick < 2 / 3:
        return _changed(event, tokens=None)
    partly = msgspec.structs.replace(event.tokens, output=0, cache_read=0)
    return _changed(event, tokens=partly)


def odd_kinds(event: Event, pick: float, scene: Scene) -> Event:
    return _changed(event, kind=one_of(ODD_KINDS, pick)[1])


def no_email(event: Event, pick: float, scene: Scene) -> Event:
    """Without an address: always, or from `hours` after it happened."""
    return _changed(event, email="") if scene.is_over(event, 0) else event


def blanked_emails(event: Event, pick: float, scene: Scene) -> Event:
    gone = event.email.lower() in scene.gone
    return _changed(event, email="") if gone else event


def without_a_field(event: Event, pick: float, scene: Scene) -> Event:
    lost = OPTIONAL[optional_field(scene.options, pick)]
    if "cache_read" in lost or "cache_write" in lost:
        return _changed(event, tokens=_lessened(event.tokens, lost))
    return _changed(event, **lost)


def seed_shape(event: Event, pick: float, scene: Scene) -> Event:
    """The first generation knew no charge, no conversation and no service."""
    bare = {"charged": None, "fee": None, "conversation": ""}
    return _changed(event, **bare, cloud_agent="", service_id="")


def middle_shape(event: Event, pick: float, scene: Scene) -> Event:
    return _changed(event, fee=None, cloud_agent="", service_id="")


# In the order in which they are laid over each other, with their usual share.
CHANGES: dict[str, tuple[float, Change]] = {
    "late": (0.1, late),
    "vanished": (0.02, vanished),
    "restated": (0.2, restated),
    "late_tokens": (0.1, late_tokens),
    "odd_kinds": (0.1, odd_kinds),
    "no_email": (0.1, no_email),
    "blanked_emails": (1.0, blanked_emails),
    "null_fields": (0.2, without_a_field),
    "missing_fields": (0.2, without_a_field),
    "middle_shape": (1.0, middle_shape),
    "seed_shape": (1.0, seed_shape),
}
# Quirks that change what was used, not only what is shown of it.
TRUE = {"twins", "late", "vanished", "restated"}
# Chances of quirks that are not in CHANGES.
SHARES = {name: share for name, (share, _) in CHANGES.items()} | {
    "twins": 0.05,
    "bad_rows": 0.01,
    "email_case": 0.3,
    "string_numbers": 0.5,
    "unknown_fields": 1.0,
}


def with_twins(
    events: list[Event], luck: list[float], share: float, others: list[Person]
) -> list[Event]:
    """Up to three more of the same row, or one of somebody else's, beside it."""
    found: list[Event] = []
    for event, draw in zip(events, luck, strict=True):
        found.append(event)
        if draw < share:
            found += _twins(event, draw / share, others)
    return found


def _twins(event: Event, pick: float, others: list[Person]) -> list[Event]:
    if pick < 0.5 or not event.email:
        return [event] * (1 + int(pick * 6) % 3)
    other = others[int(pick * 1e6) % len(others)]
    return [_changed(event, person=other.key, email=other.typed_email)]


def luck(seed: int, name: str, day: int, count: int) -> list[float]:
    """One draw per event of a day; a larger share takes in the smaller one's."""
    draw = Random(f"{seed}:quirk:{name}:{day}").random
    return [draw() for _ in range(count)]


def share_of(name: str, options: Options) -> float:
    if name.endswith("_shape"):
        return 1.0  # An answer is of one generation from the first row to the last.
    return number(options, "share", SHARES.get(name, 1.0))


def optional_field(options: Options, pick: float) -> str:
    asked = options.get("fields")
    fields = [f for f in OPTIONAL if not isinstance(asked, list) or f in asked]
    return one_of(fields or list(OPTIONAL), pick)


def one_of(things: Sequence[T], pick: float) -> T:
    return things[min(int(pick * len(things)), len(things) - 1)]


def number(options: Options, name: str, default: float) -> float:
    value = options.get(name, default)
    return float(value) if isinstance(value, int | float) else default


def _guessed(event: Event, pick: float) -> Event:
    """What was thought at first: always another cost, often another kind."""
    kinds = {Kind.ON_DEMAND: Kind.INCLUDED, Kind.INCLUDED: Kind.ON_DEMAND}
    kind = kinds.get(event.kind, event.kind) if pick > 0.6 else event.kind
    return _changed(
        event,
        kind=kind,
        charged=_times(event.charged, 0.5 + pick),
        fee=_times(event.fee, 0.5),
        requests=round(event.requests * (0.5 + pick) + 1, 1),
    )


def _times(cents: float | None, factor: float) -> float | None:
    return None if cents is None else cents * factor


def _lessened(tokens: Tokens | None, lost: dict[str, object]) -> Tokens | None:
    return tokens and msgspec.structs.replace(tokens, **lost)


def _changed(event: Event, **fields: object) -> Event:
    return msgspec.structs.replace(event, **fields)
