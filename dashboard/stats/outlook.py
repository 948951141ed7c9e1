"""What the present billing cycle will come to, from settled days alone."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from dashboard.periods import DAY, Cycle, midnight
from dashboard.stats.forecast import Ahead, Forecast, History, forecast
from dashboard.stats.freshness import provisional_from

# As far as a forecast looks back, and its own earlier forecasts with it.
REACH = 210
ZERO = Decimal(0)


@dataclass(frozen=True)
class Expected:
    """Cents by the end of a day; four of five times from `low` to `high`."""

    cents: Decimal
    low: Decimal
    high: Decimal

    def since(self, settled: Decimal) -> "Expected":
        return Expected(*(end + settled for end in astuple(self)))

    def no_less_than(self, least: Decimal) -> "Expected":
        return Expected(*(max(end, least) for end in astuple(self)))


@dataclass(frozen=True)
class Outlook:
    """What the cycle will have come to by each of its days, from the last settled one
    on to its last."""

    course: Mapping[date, Expected]

    @property
    def end(self) -> Expected:
        return self.course[max(self.course)]


def outlook(
    cycle: Cycle,
    today: date,
    spent: Decimal,
    by_day: Mapping[date, Decimal],
    known_since: date,
) -> Outlook | None:
    """`spent`: cents of the cycle so far. `by_day` holds the cents of each UTC day from
    `known_since` on that has any. The last days still change: they are foretold too,
    and what they have so far is the least. None with too little history."""
    unsettled = provisional_from(today)
    first = max(known_since, unsettled - DAY * REACH)
    days = [first + DAY * n for n in range(max(0, (unsettled - first).days))]
    history = History(
        [float(by_day.get(day, ZERO)) for day in days], places(cycle, days)
    )
    found = forecast(history, _ahead(cycle, unsettled))
    if found is None:
        return None
    late = sum((c for day, c in by_day.items() if day >= unsettled), ZERO)
    settled = max(ZERO, spent - late)
    course: dict[date, Expected] = {}
    if unsettled > cycle.period.start:
        course[unsettled - DAY] = Expected(settled, settled, settled)
    for number, cents in enumerate(accumulate(found.days)):
        day = unsettled + DAY * number
        if day >= cycle.period.start:
            least = spent if day >= today else settled
            by_then = _at(found, cents).since(settled).no_less_than(least)
            course[min(day, cycle.period.end)] = by_then
    return Outlook(course)


def _at(found: Forecast, cents: float) -> Expected:
    """On the way there the interval grows with what is expected to come."""
    share = cents / found.expected if found.expected else 1.0
    ends = (cents, share * found.low, share * found.high)
    return Expected(*(Decimal(round(end)) for end in ends))


def places(cycle: Cycle, days: Sequence[date]) -> list[int]:
    """The place of each day in its own cycle; the days are in the order of time."""
    found = []
    for day in reversed(days):
        while day < cycle.start.date():
            cycle = cycle.before()
        found.append((day - cycle.start.date()).days)
    return found[::-1]


def _ahead(cycle: Cycle, first: date) -> list[Ahead]:
    """From `first` to the cycle's end, which cuts its last day; days before its start
    count nothing."""
    found, day = [], first
    while midnight(day) < cycle.end:
        begin, end = midnight(day), midnight(day) + DAY
        inside = min(end, cycle.end) - max(begin, cycle.start)
        weight = max(0.0, inside / DAY)
        found.append(Ahead(max(0, (day - cycle.start.date()).days), weight))
        day += DAY
    return found
