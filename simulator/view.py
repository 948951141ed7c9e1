"""The world's events as the API serves them at one moment, quirks and all."""

from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from simulator import quirks
from simulator.days import day_of
from simulator.events import Event
from simulator.quirks import CHANGES, HOUR_MS, Change, Options, Scene
from simulator.spending import Spend, Used, used_by
from simulator.world import World

_MOST_KEPT = 150_000
_MINUTE_MS = 60_000
Wanted = Callable[[Event], bool]


class Span(NamedTuple):
    """A part of a day, by places: `newest` itself is not in it."""

    day: int
    oldest: int
    newest: int


class Line(NamedTuple):
    """An event as served, and where it stands in its day."""

    event: Event
    place: int


@dataclass(frozen=True, slots=True)
class Quirk:
    """A quirk that is switched on. Equal ones choose the same events."""

    name: str
    options: Options

    @property
    def share(self) -> float:
        return quirks.share_of(self.name, self.options)

    def __hash__(self) -> int:
        return hash((self.name, repr(sorted(self.options.items()))))


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    share: float
    change: Change
    scene: Scene


class View:
    """Keeps the days that it has worked out: make a new one when time moves."""

    def __init__(
        self, world: World, on: tuple[Quirk, ...] = (), now_ms: int | None = None
    ) -> None:
        self.world, self.quirks = world, on
        self.now_ms = world.clock() if now_ms is None else now_ms
        self._by_name = {quirk.name: quirk for quirk in on}
        self._steps = self._make_steps(self.now_ms)
        self._lines: OrderedDict[int, list[Line]] = OrderedDict()
        self._times: dict[int, array[int]] = {}
        self._luck: dict[tuple[str, int], list[float]] = {}
        self._used: dict[int, tuple[tuple[int, int], dict[str, Used]]] = {}

    @property
    def is_plain(self) -> bool:
        return not self._steps and "twins" not in self._by_name

    def day(self, number: int) -> list[Line]:
        """A whole UTC day, oldest first; of today also what is still to come."""
        if number not in self._lines:
            self._keep(number, self._served(number))
        self._lines.move_to_end(number)
        return self._lines[number]

    def page(
        self, start_ms: int, end_ms: int, skip: int, size: int
    ) -> tuple[int, list[Line]]:
        """How many there are, and one page of them, newest first."""
        total, spans = self.spans(start_ms, end_ms, skip, size)
        return total, [line for span in spans for line in self.cut(span)[::-1]]

    def spans(
        self, start_ms: int, end_ms: int, skip: int, size: int
    ) -> tuple[int, list[Span]]:
        """Where the rows of a page stand, newest day first."""
        start, end = self.world.clip(start_ms, end_ms)
        total, spans = 0, list[Span]()
        for number in range(day_of(end), day_of(start) - 1, -1):
            first, last = self._places(number, start, end)
            newest = last - max(0, skip - total)
            oldest = max(first, newest - size)
            if newest > oldest:
                spans.append(Span(number, oldest, newest))
                size -= newest - oldest
            total += last - first
        return total, spans

    def remember(self, number: int, count: int, used: dict[str, Used]) -> None:
        """What a whole day comes to, counted elsewhere."""
        self._used[number] = (0, count), used

    def matching(self, start_ms: int, end_ms: int, wanted: Wanted) -> list[Line]:
        """Newest first."""
        lines = self.lines(start_ms, end_ms)
        return [line for line in lines if wanted(line.event)][::-1]

    def lines(self, start_ms: int, end_ms: int) -> Iterator[Line]:
        """Oldest first, both ends inclusive, rows that cannot be read too."""
        start, end = self.world.clip(start_ms, end_ms)
        for number in range(day_of(start), day_of(end) + 1):
            first, last = self._places(number, start, end)
            yield from self.cut(Span(number, first, last)) if first < last else ()

    def live(self, start_ms: int, end_ms: int) -> Iterator[Event]:
        """What the tables must hold: all that is served and can be read."""
        lines = self.lines(start_ms, end_ms)
        if "bad_rows" not in self._by_name:
            return (line.event for line in lines)
        return (line.event for line in lines if not self.is_bad(line))

    def withdrawn(self, start_ms: int, end_ms: int) -> Iterator[Event]:
        """What was served once and is no more, as it was last seen."""
        vanishing = self._by_name.get("vanished")
        start, end = self.world.clip(start_ms, end_ms)
        for number in range(day_of(start), day_of(end) + 1) if vanishing else ():
            served = {line.place for line in self.day(number)}
            for place, event in enumerate(self._all(number)):
                gone = place not in served and start <= event.at_ms <= end
                if gone and (last := self._last_seen(number, place, event)):
                    yield last

    def chosen(self, name: str, line: Line) -> float | None:
        """An even number when the quirk hits this line, else None."""
        if (quirk := self._by_name.get(name)) is None:
            return None
        number = day_of(line.event.at_ms)
        draw = self._draws(name, number)[line.place]
        return draw / quirk.share if draw < quirk.share else None

    def is_bad(self, line: Line) -> bool:
        return self.chosen("bad_rows", line) is not None

    def spend(self) -> list[Spend]:
        """One row per person who is here or has used something in this cycle."""
        start, now = self.world.clip(self.world.cycle_start(), self.world.clock())
        people = self.world.people(day_of(start), day_of(now))
        rows = {person.key: Spend(person) for person in people}
        seen = set()
        for number in range(day_of(start), day_of(now) + 1):
            for key, used in self.used(number, start, now).items():
                if key in rows:
                    rows[key].used.add(used)
                    seen.add(key)
        today = day_of(now)
        return [s for k, s in rows.items() if k in seen or s.person.works_on(today)]

    def used(self, number: int, start_ms: int, end_ms: int) -> dict[str, Used]:
        """What each person used on a day, of what is inside the range."""
        places = self._places(number, start_ms, end_ms)
        if number not in self._used or self._used[number][0] != places:
            lines = self.cut(Span(number, *places))
            self._used[number] = places, used_by(line.event for line in lines)
        return self._used[number][1]

    def _places(self, number: int, start_ms: int, end_ms: int) -> tuple[int, int]:
        if self.is_plain:
            return self.world.log.places(number, start_ms, end_ms)
        if number not in self._times:
            self.day(number)
        times = self._times[number]
        return bisect_left(times, start_ms), bisect_right(times, end_ms)

    def cut(self, span: Span) -> list[Line]:
        """Oldest first."""
        number, first, last = span
        if not self.is_plain:
            return self.day(number)[first:last]
        events = self.world.log.day(number)[first:last]
        return [Line(event, first + at) for at, event in enumerate(events)]

    def _served(self, number: int) -> list[Line]:
        events: list[Event | None] = [*self._all(number)]
        for step in self._steps:
            for place, draw in enumerate(self._draws(step.name, number)):
                if draw < step.share and (event := events[place]) is not None:
                    events[place] = step.change(event, draw / step.share, step.scene)
        return [Line(e, place) for place, e in enumerate(events) if e is not None]

    def _last_seen(self, number: int, place: int, event: Event) -> Event | None:
        """As it was in the millisecond before it went."""
        hours = quirks.number(self._by_name["vanished"].options, "hours", 48)
        seen: Event | None = event
        for step in self._make_steps(event.at_ms + int(hours * HOUR_MS) - 1):
            draw = self._draws(step.name, number)[place]
            if seen is not None and draw < step.share:
                seen = step.change(seen, draw / step.share, step.scene)
        vanishes = self.chosen("vanished", Line(event, place)) is not None
        return seen if vanishes and not self.is_bad(Line(event, place)) else None

    def _all(self, number: int) -> list[Event]:
        """Everything that ever was in a day, in an order that never changes."""
        events = self.world.log.day(number)
        if (twins := self._by_name.get("twins")) is None:
            return events
        draws = quirks.luck(self.world.seed, "twins", number, len(events))
        others = self.world.cast.on(number)
        return quirks.with_twins(events, draws, twins.share, others)

    def _draws(self, name: str, number: int) -> list[float]:
        if (name, number) not in self._luck:
            count = len(self._all(number))
            self._luck[name, number] = quirks.luck(self.world.seed, name, number, count)
        return self._luck[name, number]

    def _make_steps(self, now_ms: int) -> list[_Step]:
        gone = frozenset[str]()
        if "blanked_emails" in self._by_name:
            gone = self.world.gone_emails()
        return [
            _Step(name, on.share, change, Scene(now_ms, on.options, gone))
            for name, (_, change) in CHANGES.items()
            if (on := self._by_name.get(name))
        ]

    def _keep(self, number: int, lines: list[Line]) -> None:
        self._lines[number] = lines
        self._times[number] = array("q", [line.event.at_ms for line in lines])
        while sum(map(len, self._lines.values())) > _MOST_KEPT and len(self._lines) > 1:
            oldest, _ = self._lines.popitem(last=False)
            for key in [key for key in self._luck if key[1] == oldest]:
                del self._luck[key]


def blanks_later(quirk: Quirk) -> bool:
    """Whether it takes away an address that was served before."""
    hides = quirk.name == "no_email" and "hours" in quirk.options
    return hides or quirk.name == "blanked_emails"


class Views:
    """The views in use, so that the pages of one walk need no second look."""

    def __init__(self, world: World) -> None:
        self._world, self._plain = world, View(world)
        self._views: OrderedDict[tuple[int, tuple[Quirk, ...]], View] = OrderedDict()

    def of(self, on: tuple[Quirk, ...]) -> View:
        if not on:
            return self._plain
        key = self._moment(), on
        if key not in self._views:
            self._views[key] = View(self._world, on, key[0])
        while len(self._views) > 4:
            self._views.popitem(last=False)
        self._views.move_to_end(key)
        return self._views[key]

    def _moment(self) -> int:
        """Quirks move on once a minute while nobody has set the clock."""
        clock = self._world.clock
        return clock() // _MINUTE_MS * _MINUTE_MS if clock.fixed is None else clock()
