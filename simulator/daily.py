"""Daily usage: one row per person and UTC day, made from that day's events.

Requests are counted from the events; lines and tabs are drawn once per day and
grow with the share of the day's events that has happened, so that a row of
today only ever grows.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from simulator.days import DAY_MS, iso
from simulator.events import Event, Kind
from simulator.people import Person
from simulator.world import World

Row = dict[str, object]
_EXTENSIONS = (".py", ".ts", ".tsx", ".go", ".md", ".sql")


@dataclass(slots=True)
class Tally:
    """`expected` counts the whole day, the rest what has happened of it."""

    expected: int = 0
    happened: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)

    def add(self, event: Event, now_ms: int) -> None:
        self.expected += 1
        if event.at_ms <= now_ms:
            self.happened += 1
            self.kinds[event.kind] += 1
            self.models[event.model] += 1


def tallies(events: list[Event], now_ms: int | None = None) -> dict[str, Tally]:
    """By the key of the person; without `now_ms` all of the day has happened."""
    found: dict[str, Tally] = {}
    for event in events:
        now = event.at_ms if now_ms is None else now_ms
        found.setdefault(event.person, Tally()).add(event, now)
    return found


class DailyUsage:
    """Days that are over are kept once they are counted."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._over: dict[int, dict[str, Tally]] = {}

    def remember(self, day: int, counted: dict[str, Tally]) -> None:
        """A day that is over, counted elsewhere."""
        self._over[day] = counted

    def rows(self, people: list[Person], days: range, idle: bool) -> list[Row]:
        """Day by day; with `idle`, also the days on which a person did nothing."""
        return [row for day in days for row in self._day(people, day, idle)]

    def _day(self, people: list[Person], day: int, idle: bool) -> Iterator[Row]:
        counted = self._tallies(day)
        for person in people:
            tally = counted.get(person.key) or Tally()
            if idle or tally.happened:
                yield _row(self._world.seed, person, day, tally)

    def _tallies(self, day: int) -> dict[str, Tally]:
        now = self._world.clock()
        if now < (day + 1) * DAY_MS:
            return tallies(self._world.log.day(day), now)
        if day not in self._over:
            self._over[day] = tallies(self._world.log.day(day))
        return self._over[day]


def _row(seed: int, person: Person, day: int, tally: Tally) -> Row:
    share = tally.happened / tally.expected if tally.expected else 0.0
    return {
        "userId": person.number,
        "date": day * DAY_MS,
        "day": iso(day),
        "email": person.email,
        "isActive": tally.happened > 0,
        **_drawn(seed, person, day, tally.expected, share),
        **_requests(tally),
        "mostUsedModel": _most(tally.models),
        "applyMostUsedExtension": _extension(person, 0) if tally.happened else None,
        "tabMostUsedExtension": _extension(person, 1) if tally.happened else None,
        "clientVersion": f"2.{person.number % 4}.1{day % 9}" if share else None,
    }


def _drawn(
    seed: int, person: Person, day: int, size: int, share: float
) -> dict[str, int]:
    rng = Random(f"{seed}:{person.key}:lines:{day}")
    added = rng.uniform(8, 40) * size
    applies = rng.uniform(0.2, 0.5) * size
    shown = rng.uniform(2, 9) * size
    taken = rng.uniform(0.4, 0.9)
    full = {
        "totalLinesAdded": added,
        "totalLinesDeleted": added * rng.uniform(0.2, 0.7),
        "acceptedLinesAdded": added * taken,
        "acceptedLinesDeleted": added * taken * 0.4,
        "totalApplies": applies,
        "totalAccepts": applies * taken,
        "totalRejects": applies * (1 - taken) * 0.6,
        "totalTabsShown": shown,
        "totalTabsAccepted": shown * rng.uniform(0.15, 0.4),
    }
    return {name: int(value * share) for name, value in full.items()}


def _requests(tally: Tally) -> dict[str, int]:
    # Raw event counts, not billable units: that is what the vendor sends too.
    agent = tally.happened * 3 // 4
    chat = (tally.happened - agent) // 2
    return {
        "composerRequests": tally.happened - agent - chat,
        "chatRequests": chat,
        "agentRequests": agent,
        "cmdkUsages": tally.happened // 9,
        "subscriptionIncludedReqs": tally.kinds[Kind.INCLUDED],
        "apiKeyReqs": tally.kinds[Kind.OWN_KEY],
        "usageBasedReqs": tally.kinds[Kind.ON_DEMAND],
        "bugbotUsages": tally.kinds[Kind.FREE],
    }


def _most(models: Counter[str]) -> str | None:
    return min(models, key=lambda name: (-models[name], name)) if models else None


def _extension(person: Person, shift: int) -> str:
    return _EXTENSIONS[(person.number + shift) % len(_EXTENSIONS)]
