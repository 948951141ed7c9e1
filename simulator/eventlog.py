"""Events by day: made when first asked for, kept while there is room."""

from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator

from simulator.days import DAY_MS, busyness, cycle_start, day_of
from simulator.events import Event, allowance, person_day
from simulator.people import Cast, Person

# Above so many people the carry is guessed.
_MOST_COUNTED = 200
_MOST_KEPT = 350_000


class EventLog:
    """Every day is a pure function of the seed and the cast.

    Included usage runs through a billing cycle, so a day needs what each person
    had used before it. That carry is kept for ever; a missing one is worked out
    from the day on which its cycle began. The times are kept for ever too, so
    that counting needs no events. In a big team the carry is a guess from each
    person's habits instead: its first day must not wait for twenty others.
    """

    def __init__(self, seed: int, cast: Cast) -> None:
        self._seed, self._cast = seed, cast
        self._is_big = len(cast.on(0)) > _MOST_COUNTED
        self._days: OrderedDict[int, list[Event]] = OrderedDict()
        self._times: dict[int, array[int]] = {}
        self._kept = 0
        self._carry: dict[int, dict[str, float]] = {}

    def day(self, day: int) -> list[Event]:
        """A whole UTC day, oldest first, whether it is over yet or not."""
        if day in self._days:
            self._days.move_to_end(day)
            return self._days[day]
        return self._keep(day, self._make(day, self._used_before(day)))

    def remember(self, day: int, times: "array[int]") -> None:
        """The times of a day that was made elsewhere."""
        self._times[day] = times

    def between(self, start_ms: int, end_ms: int) -> Iterator[Event]:
        """Oldest first, both ends inclusive."""
        for number in range(day_of(start_ms), day_of(end_ms) + 1):
            first, end = self.places(number, start_ms, end_ms)
            yield from self.day(number)[first:end] if first < end else ()

    def places(self, day: int, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Where the events of `[start_ms, end_ms]` stand in their day's list."""
        if day not in self._times:
            self.day(day)
        times = self._times[day]
        return bisect_left(times, start_ms), bisect_right(times, end_ms)

    def count(self, start_ms: int, end_ms: int) -> int:
        days = range(day_of(start_ms), day_of(end_ms) + 1)
        places = (self.places(day, start_ms, end_ms) for day in days)
        return sum(end - first for first, end in places)

    def _used_before(self, day: int) -> dict[str, float]:
        if self._is_big:
            return self._guess_before(day)
        if day - 1 not in self._carry:
            self._run_up_to(day)
        return self._carry[day - 1]

    def _guess_before(self, day: int) -> dict[str, float]:
        anchor = day_of(cycle_start(day * DAY_MS - 1))
        worked = sum(busyness(earlier) for earlier in range(anchor, day))
        return {p.key: worked * p.cents_a_day for p in self._workers(day)}

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

    def _make(self, number: int, used: dict[str, float]) -> list[Event]:
        after: dict[str, float] = {}
        events: list[Event] = []
        for person in self._workers(number):
            left = allowance(number, used.get(person.key, 0.0))
            events += person_day(self._seed, person, number, left)
            after[person.key] = 0.0 if left.reset_at else left.used
        events.sort(key=lambda event: event.at_ms)
        self._carry[number] = after
        return events

    def _workers(self, day: int) -> list[Person]:
        return [*self._cast.on(day), self._cast.service]

    def _keep(self, number: int, day: list[Event]) -> list[Event]:
        self._days[number] = day
        self._times[number] = array("q", [event.at_ms for event in day])
        self._kept += len(day)
        while self._kept > _MOST_KEPT and len(self._days) > 1:
            _, oldest = self._days.popitem(last=False)
            self._kept -= len(oldest)
        return day
