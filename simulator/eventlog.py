"""Events by day: made when first asked for, kept while there is room."""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.days import DAY_MS, cycle_start, day_of
from simulator.events import Event, allowance, person_day
from simulator.people import Cast, Person

_MOST_KEPT = 260_000


@dataclass(frozen=True, slots=True)
class Day:
    """A whole UTC day, oldest first, whether it is over yet or not."""

    events: list[Event]
    times: list[int]

    def between(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Positions of the events of `[start_ms, end_ms]`, both inclusive."""
        return bisect_left(self.times, start_ms), bisect_right(self.times, end_ms)


class EventLog:
    """Every day is a pure function of the seed and the cast.

    Included usage runs through a billing cycle, so a day needs what each person
    had used before it. That carry is kept for ever; a missing one is worked out
    from the day on which its cycle began.
    """

    def __init__(self, seed: int, cast: Cast) -> None:
        self._seed, self._cast = seed, cast
        self._days: OrderedDict[int, Day] = OrderedDict()
        self._kept = 0
        self._carry: dict[int, dict[str, float]] = {}

    def day(self, day: int) -> Day:
        if day in self._days:
            self._days.move_to_end(day)
            return self._days[day]
        return self._keep(day, self._make(day, self._used_before(day)))

    def between(self, start_ms: int, end_ms: int) -> Iterator[Event]:
        """Oldest first, both ends inclusive."""
        for number in range(day_of(start_ms), day_of(end_ms) + 1):
            day = self.day(number)
            first, end = day.between(start_ms, end_ms)
            yield from day.events[first:end]

    def _used_before(self, day: int) -> dict[str, float]:
        if day - 1 not in self._carry:
            self._run_up_to(day)
        return self._carry[day - 1]

    def _run_up_to(self, day: int) -> None:
        anchor = day_of(cycle_start(day * DAY_MS - 1))
        for earlier in range(anchor, day):
            if earlier in self._carry:
                continue
            made = self._make(earlier, self._carry.get(earlier - 1, {}))
            # The anchor's morning belongs to the cycle before, whose carry is
            # not known here: its events are not fit to be served.
            if earlier > anchor:
                self._keep(earlier, made)

    def _make(self, number: int, used: dict[str, float]) -> Day:
        after: dict[str, float] = {}
        events: list[Event] = []
        for person in self._workers(number):
            left = allowance(number, used.get(person.key, 0.0))
            events += person_day(self._seed, person, number, left)
            after[person.key] = 0.0 if left.reset_at else left.used
        events.sort(key=lambda event: event.at_ms)
        self._carry[number] = after
        return Day(events, [event.at_ms for event in events])

    def _workers(self, day: int) -> list[Person]:
        return [*self._cast.on(day), self._cast.service]

    def _keep(self, number: int, day: Day) -> Day:
        self._days[number] = day
        self._kept += len(day.events)
        while self._kept > _MOST_KEPT and len(self._days) > 1:
            _, oldest = self._days.popitem(last=False)
            self._kept -= len(oldest.events)
        return day
