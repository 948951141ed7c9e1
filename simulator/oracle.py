"""What the tables must hold, counted from the world and not from its HTTP shapes."""

from dataclasses import dataclass
from decimal import Decimal

from simulator.days import DAY_MS, day_of, iso
from simulator.events import Event, Kind
from simulator.world import World, cost, exact

_KINDS = {Kind.OWN_KEY: "other"}
Key = tuple[str, str, str, str]


@dataclass(slots=True)
class Total:
    events: int = 0
    charged_cents: Decimal = Decimal(0)
    requests_costs: Decimal = Decimal(0)
    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    unpriced_events: int = 0

    def add(self, event: Event) -> None:
        cents = cost(event)
        self.events += 1
        self.charged_cents += cents or Decimal(0)
        self.unpriced_events += cents is None
        self.requests_costs += exact(event.requests)
        if event.tokens:
            self.input_tokens += event.tokens.input
            self.output_tokens += event.tokens.output
            self.cache_write_tokens += event.tokens.cache_write
            self.cache_read_tokens += event.tokens.cache_read


def totals(
    world: World, first_day: int, last_day: int, blank: frozenset[str] = frozenset()
) -> list[dict[str, object]]:
    """One row per UTC day, e-mail, model and kind; both days inclusive.

    `blank` are lower-case addresses that count as having none.
    """
    found: dict[Key, Total] = {}
    for event in world.events(first_day * DAY_MS, (last_day + 1) * DAY_MS - 1):
        found.setdefault(_key(event, blank), Total()).add(event)
    return [_row(key, found[key]) for key in sorted(found)]


def _key(event: Event, blank: frozenset[str]) -> Key:
    email = event.email.lower()
    kind = _KINDS.get(event.kind, event.kind.value)
    day = iso(day_of(event.at_ms))
    return day, "" if email in blank else email, event.model, kind


def _row(key: Key, total: Total) -> dict[str, object]:
    day, email, model, kind = key
    return {
        "day": day,
        "email": email,
        "model": model,
        "kind": kind,
        "events": total.events,
        "charged_cents": plain(total.charged_cents),
        "requests_costs": plain(total.requests_costs),
        "input_tokens": total.input_tokens,
        "output_tokens": total.output_tokens,
        "cache_write_tokens": total.cache_write_tokens,
        "cache_read_tokens": total.cache_read_tokens,
        "unpriced_events": total.unpriced_events,
    }


def plain(number: Decimal) -> str:
    """No exponent, no trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
