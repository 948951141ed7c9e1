"""The team as it stands now: members and usage events."""

from collections.abc import Iterator
from decimal import Decimal

from simulator.days import DAY_MS, Clock, cycle_start, day_of
from simulator.eventlog import EventLog
from simulator.events import Event
from simulator.people import Cast, Person


class World:
    """A pure function of the seed, the first day and the clock.

    History starts on `first_day`, which is fixed when the world is made, and
    grows from there: days do not drop out while a simulator runs.
    """

    def __init__(
        self, seed: int, people: int, days: int, clock: Clock, load: float = 1.0
    ) -> None:
        self.seed, self.clock = seed, clock
        self.first_day = day_of(clock()) - days + 1
        self.cast = Cast(seed, people, load)
        self.log = EventLog(seed, self.cast)

    def today(self) -> int:
        return day_of(self.clock())

    def members(self) -> list[Person]:
        return self.cast.on(self.today())

    def people(self, first_day: int, last_day: int) -> list[Person]:
        return self.cast.between(first_day, last_day)

    def gone_emails(self) -> frozenset[str]:
        """People who had a desk since history began and have none today."""
        here = {person.email for person in self.members()}
        ever = {p.email for p in self.people(self.first_day, self.today())}
        return frozenset(ever - here)

    def clip(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Cut a range to what has happened since history began."""
        return max(start_ms, self.first_day * DAY_MS), min(end_ms, self.clock())

    def events(self, start_ms: int, end_ms: int) -> Iterator[Event]:
        """Oldest first, both ends inclusive, nothing from the future."""
        return self.log.between(*self.clip(start_ms, end_ms))

    def cycle_start(self) -> int:
        return cycle_start(self.clock())


def exact(number: float) -> Decimal:
    """The Decimal of the text that JSON shows for this float."""
    return Decimal(repr(number))


def cost(event: Event) -> Decimal | None:
    """What an event cost in cents; None when nothing served says it."""
    if event.charged is not None:
        return exact(event.charged)
    return exact(event.tokens.total_cents) if event.tokens else None
