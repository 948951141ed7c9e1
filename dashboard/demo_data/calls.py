"""The made-up usage of each day: how many calls each person makes, and each call.

Pure, by seed, and a day at a time: a year of ten million calls is never in memory.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from dashboard.demo_data.people import Person
from dashboard.demo_data.prices import FEE, Price
from dashboard.models import EventKind

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
EPOCH = date(1970, 1, 1).toordinal()
WEEKEND = 0.05
# Two fifths more calls a day at the end of the year than at its start.
GROWTH = 0.4


@dataclass(frozen=True)
class Call:
    """`charged` is in units of 10⁻⁸ cents, with the fee inside; None: no cost given."""

    at_ms: int
    person: Person
    model: str
    kind: EventKind
    input: int
    output: int
    cache_write: int
    cache_read: int
    charged: int | None
    fee: int
    is_headless: bool
    has_email: bool


@dataclass(frozen=True)
class Plan:
    """How many calls each person makes on each day; they add up to `events` exactly."""

    people: list[Person]
    start: date
    end: date
    events: int
    seed: int

    @property
    def days(self) -> list[date]:
        count = (self.end - self.start).days + 1
        return [self.start + timedelta(number) for number in range(count)]

    def counts(self) -> Iterator[tuple[date, dict[Person, int]]]:
        """Twice over the weights: their sum has to be known first."""
        whole = sum(sum(self._weights(day).values()) for day in self.days)
        seen, given = 0.0, 0
        for day in self.days:
            found = {}
            for person, weight in self._weights(day).items():
                seen += weight
                upto = min(self.events, round(self.events * seen / whole))
                if upto > given:
                    found[person] = upto - given
                    given = upto
            if day == self.end and given < self.events:
                last = next(reversed(found), self.people[0])
                found[last] = found.get(last, 0) + self.events - given
            yield day, found

    def _weights(self, day: date) -> dict[Person, float]:
        rng = Random(f"{self.seed}:{day}:weights")
        share = (day - self.start).days / max(1, (self.end - self.start).days)
        usual = (1 + GROWTH * share) * rng.uniform(0.9, 1.1)
        is_weekend = day.weekday() > 4
        found = {}
        for person in self.people:
            at_work = rng.random() < (0.06 if is_weekend else 0.72)
            busy = rng.expovariate(1) + 0.3
            if at_work and person.is_there(day):
                found[person] = person.load * busy * usual
        # Somebody always works, so that no plan comes to nothing.
        return found or {self.people[0]: WEEKEND}


def calls(plan: Plan, day: date, counts: dict[Person, int]) -> Iterator[Call]:
    rng = Random(f"{plan.seed}:{day}:calls")
    start = (day.toordinal() - EPOCH) * DAY_MS
    for person, count in counts.items():
        for _ in range(count):
            yield _call(person, start, rng)


def _call(person: Person, day_ms: int, rng: Random) -> Call:
    draw = rng.random
    hours = person.hour + 9 * (draw() + draw()) / 2 + 3 * draw() ** 4
    fresh = int(300 + 26_000 * draw() ** 3)
    out = int(60 + 6_000 * draw() ** 3)
    price = person.models[min(int(draw() ** 2 * 3), len(person.models) - 1)]
    written = int(34_000 * draw() ** 3) if price.cache_write else 0
    read = int(240_000 * draw() ** 2)
    kind = _kind(draw())
    fee = (fresh + out + written + read) * FEE
    cost = _cost(price, kind, fresh, out, written, read)
    return Call(
        at_ms=day_ms + math.floor(hours * HOUR_MS) % DAY_MS,
        person=person,
        model=price.name,
        kind=kind,
        input=fresh,
        output=out,
        cache_write=written,
        cache_read=read,
        charged=None if draw() < 0.002 else cost + fee if cost else 0,
        fee=fee if cost else 0,
        is_headless=draw() < 0.04,
        has_email=draw() > 0.003,
    )


def _kind(draw: float) -> EventKind:
    """Whether a call was included is settled later, by what the person has used."""
    if draw < 0.02:
        return EventKind.ERRORED
    if draw < 0.03:
        return EventKind.FREE
    if draw < 0.035:
        return EventKind.OTHER
    return EventKind.INCLUDED


def _cost(
    price: Price, kind: EventKind, fresh: int, out: int, written: int, read: int
) -> int:
    if kind is not EventKind.INCLUDED:
        return 0
    return price.units(fresh, out, written, read)
