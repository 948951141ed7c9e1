"""What the present billing cycle will come to, from settled days alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.periods import DAY, Cycle, midnight
from dashboard.stats.forecast import Ahead, History, forecast
from dashboard.stats.freshness import provisional_from

# As far as a forecast looks back, and its own earlier forecasts with it.
REACH = 210
ZERO = Decimal(0)


@dataclass(frozen=True)
class Outlook:
    """Cents that the cycle will come to; four of five times from `low` to `high`."""

    expected: Decimal
    low: Decimal
    high: Decimal


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
        first,
        [float(by_day.get(day, ZERO)) for day in days],
        [place(cycle, day) for day in days],
    )
    found = forecast(history, _ahead(cycle, unsettled))
    if found is None:
        return None
    late = sum((c for day, c in by_day.items() if day >= unsettled), ZERO)
    settled = max(ZERO, spent - late)

    def whole(cents: float) -> Decimal:
        return max(spent, settled + Decimal(round(cents)))

    return Outlook(whole(found.expected), whole(found.low), whole(found.high))


def place(cycle: Cycle, day: date) -> int:
    """The day's place in its own cycle: cycles start on one day of the month."""
    while day < cycle.start.date():
        cycle = cycle.before()
    return (day - cycle.start.date()).days


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
