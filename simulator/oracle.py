"""What the tables must hold, counted from the world and not from its HTTP shapes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from simulator.days import day_of, iso
from simulator.events import Event, Kind
from simulator.view import View
from simulator.world import cost, exact

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


def totals(events: Iterable[Event]) -> list[dict[str, object]]:
    """One row per UTC day, e-mail, model and kind."""
    found: dict[Key, Total] = {}
    for event in events:
        found.setdefault(_key(event), Total()).add(event)
    return [_row(key, found[key]) for key in sorted(found)]


def row(event: Event) -> dict[str, object]:
    """One event as a table must hold it."""
    day, email, model, kind = _key(event)
    cents, tokens = cost(event), event.tokens
    return {
        "at_ms": event.at_ms,
        "day": day,
        "email": email,
        "model": model,
        "kind": kind,
        "charged_cents": None if cents is None else plain(cents),
        "requests_costs": plain(exact(event.requests)),
        "input_tokens": tokens and tokens.input,
        "output_tokens": tokens and tokens.output,
        "cache_write_tokens": tokens and tokens.cache_write,
        "cache_read_tokens": tokens and tokens.cache_read,
        "max_mode": event.max_mode,
        "conversation_id": event.conversation,
        "cloud_agent_id": event.cloud_agent,
        "service_account_id": event.service_id,
    }


def expectation(view: View, start_ms: int, end_ms: int) -> dict[str, int]:
    """How many rows of each kind a range holds; the first are all live ones."""
    counts = Counter[str]()
    for line in view.lines(start_ms, end_ms):
        counts.update(["bad_rows"] if view.is_bad(line) else _facts(line.event))
    withdrawn = sum(1 for _ in view.withdrawn(start_ms, end_ms))
    return {**dict.fromkeys(FACTS, 0), **counts, "withdrawn": withdrawn}


FACTS = ("events", "bad_rows", "withdrawn", "unpriced", "unattributed", "service")


def _facts(event: Event) -> Iterator[str]:
    yield "events"
    if cost(event) is None:
        yield "unpriced"
    if event.service_id:
        yield "service"
    elif not event.email:
        yield "unattributed"


def _key(event: Event) -> Key:
    kind = _KINDS.get(event.kind, event.kind.value)
    return iso(day_of(event.at_ms)), event.email.lower(), event.model, kind


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
