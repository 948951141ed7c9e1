"""What people used, in cents and request units, to the last digit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from simulator.events import Event, Kind
from simulator.people import Person
from simulator.world import cost, exact


@dataclass(slots=True)
class Used:
    """Cents; `requests` counts request units."""

    on_demand: Decimal = Decimal(0)
    overall: Decimal = Decimal(0)
    requests: Decimal = Decimal(0)

    def count(self, event: Event) -> None:
        cents = cost(event) or Decimal(0)
        self.overall += cents
        self.requests += exact(event.requests)
        if event.kind is Kind.ON_DEMAND:
            self.on_demand += cents

    def add(self, other: "Used") -> None:
        self.on_demand += other.on_demand
        self.overall += other.overall
        self.requests += other.requests


@dataclass(slots=True)
class Spend:
    """One person's row for a billing cycle."""

    person: Person
    used: Used = field(default_factory=Used)


def used_by(events: Iterable[Event]) -> dict[str, Used]:
    """By the key of the person."""
    found: dict[str, Used] = {}
    for event in events:
        found.setdefault(event.person, Used()).count(event)
    return found
