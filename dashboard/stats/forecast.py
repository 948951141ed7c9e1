"""What a billing cycle will come to, with an interval. Pure; floats: it is a guess.

The remaining days are the recent level times what is usual for their weekday and for
their place in the cycle (on-demand spend starts when what a seat includes is used up).
The interval is empirical: the same forecast is made at every earlier day of the
history, and how far it was off there is how far it may be off now.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from operator import mul, truediv
from statistics import fmean

WEEK = 7
# With less history, or next to no day in it that cost anything, there is no forecast:
# nothing so far would promise that nothing comes.
FEWEST_DAYS = 21
FEWEST_WITH_MONEY = 7
# Days whose weekday factors and level still count.
MEMORY = 70
HALF_LIFE = 40.0
WEIGHTS = [math.exp2(-age / HALF_LIFE) for age in range(MEMORY)]
# Part of a cycle that shares one factor, and how much history pulls it from 1.
STRETCH = 5
WEIGHT_OF_ONE = 5.0
# As many earlier forecasts have to be compared before their errors alone are believed.
ENOUGH_ERRORS = 40
USUAL_SPREAD = 0.35
# Wider than the four of five that they are to hold: a team that grows or changes is
# further off than its past (docs/benchmarks.md).
LOW, HIGH = 0.06, 0.94


@dataclass(frozen=True)
class History:
    """Daily cents of consecutive settled UTC days. `places` is each day's place in its
    own cycle, from 0."""

    values: Sequence[float]
    places: Sequence[int]

    def __post_init__(self) -> None:
        assert len(self.values) == len(self.places)

    def until(self, count: int) -> "History":
        return History(self.values[:count], self.places[:count])


@dataclass(frozen=True)
class Ahead:
    """A day to come: its place in the cycle, and how much of it counts."""

    place: int
    weight: float = 1.0


@dataclass(frozen=True)
class Forecast:
    """Cents of the days to come; four of five times between `low` and `high`. `days`
    has each of them."""

    expected: float
    low: float
    high: float
    days: Sequence[float] = ()


def forecast(history: History, days: Sequence[Ahead]) -> Forecast | None:
    """The sum over `days`, which follow the history without a gap. None with too little
    history to tell."""
    if not _tells_something(history.values):
        return None
    if not days:
        return Forecast(0.0, 0.0, 0.0)
    each = _each(history, days)
    expected = sum(each)
    low, high = _spread(history, [day.weight for day in days])
    return Forecast(expected, max(0.0, expected + low), expected + high, each)


def _tells_something(values: Sequence[float]) -> bool:
    with_money = sum(value > 0 for value in values)
    return len(values) >= FEWEST_DAYS and with_money >= FEWEST_WITH_MONEY


def _each(history: History, days: Sequence[Ahead]) -> list[float]:
    """Made some two hundred times for one interval: no more is done per day of the
    memory than has to be."""
    values = history.values[-MEMORY:]
    stretches = [place // STRETCH for place in history.places[-MEMORY:]]
    weekdays = _weekday_factors(values)
    flat = list(map(truediv, values, cycle(weekdays)))
    usual = _stretch_factors(flat, stretches)
    level = _level(list(map(truediv, flat, map(usual.__getitem__, stretches))))
    return [
        level
        * weekdays[(len(values) + n) % WEEK]
        * usual.get(day.place // STRETCH, 1.0)
        * day.weight
        for n, day in enumerate(days)
    ]


def _weekday_factors(values: Sequence[float]) -> list[float]:
    """Each weekday's mean against the mean of all, never quite 0; that of the first of
    the values comes first."""
    whole = fmean(values) or 1.0
    return [max(fmean(values[n::WEEK]) / whole, 0.01) for n in range(WEEK)]


def _stretch_factors(
    flat: Sequence[float], stretches: Sequence[int]
) -> dict[int, float]:
    """Each stretch of the cycle against the mean, pulled to 1 where little is known."""
    whole = fmean(flat) or 1.0
    found: dict[int, list[float]] = {stretch: [] for stretch in stretches}
    for value, stretch in zip(flat, stretches, strict=True):
        found[stretch].append(value / whole)
    return {
        stretch: (sum(ratios) + WEIGHT_OF_ONE) / (len(ratios) + WEIGHT_OF_ONE)
        for stretch, ratios in found.items()
    }


def _level(values: Sequence[float]) -> float:
    """The recent mean: what is older by a half-life counts half."""
    weights = WEIGHTS[: len(values)]
    weighted: float = sum(map(mul, weights, reversed(values)))
    return weighted / sum(weights)


def _spread(history: History, weights: Sequence[float]) -> tuple[float, float]:
    """What to add to the expected sum for its lower and its upper end: how far off the
    same forecast was at earlier days, against what was usual then."""
    usual = _usual(history.values) * sum(weights)
    errors = sorted(_earlier_errors(history, weights))
    spread = USUAL_SPREAD / math.sqrt(min(len(weights), WEEK))
    believed = min(1.0, len(errors) / ENOUGH_ERRORS)
    low = _quantile(errors, LOW) if errors else 0.0
    high = _quantile(errors, HIGH) if errors else 0.0
    low = believed * low + (1 - believed) * min(low, -spread)
    high = believed * high + (1 - believed) * max(high, spread)
    return usual * min(low, 0.0), usual * max(high, 0.0)


def _usual(values: Sequence[float]) -> float:
    return fmean(values[-MEMORY:])


def _earlier_errors(history: History, weights: Sequence[float]) -> Iterator[float]:
    """At each day with enough before it: what came, less what was expected, as a share
    of what was usual."""
    days = len(weights)
    for count in range(FEWEST_DAYS, len(history.values) - days + 1):
        then = history.until(count)
        usual = _usual(then.values) * sum(weights)
        if usual > 0:
            span = slice(count, count + days)
            ahead = list(map(Ahead, history.places[span], weights))
            came = sum(map(mul, history.values[span], weights))
            yield (came - sum(_each(then, ahead))) / usual


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
