"""Pure functions from rows to the values of a chart's series.

Rows come in pairs with the key of their series; days are put together to the ticks of
the question's grain. A series without a value at a tick simply lacks it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from dashboard.charts.axis import Key
from dashboard.grains import Grain

Number = Decimal | int


class Dated(Protocol):
    @property
    def day(self) -> date | None: ...


R = TypeVar("R", bound=Dated)
Sums = Mapping[str, Mapping[Key, Number]]
HUNDRED = Decimal(100)


def added(
    rows: Iterable[tuple[str, R]], grain: Grain, value: Callable[[R], Number]
) -> Sums:
    sums: dict[str, dict[Key, Number]] = {}
    for key, row in rows:
        tick = _tick(row, grain)
        series = sums.setdefault(key, {})
        series[tick] = series.get(tick, 0) + value(row)
    return sums


def shares(
    rows: Iterable[tuple[str, R]],
    grain: Grain,
    part: Callable[[R], Number],
    whole: Callable[[R], Number],
) -> Sums:
    """Percent, as `quotients`, and 100 where the part is more than its whole: the
    vendor may count more that was accepted than that was applied."""
    found = quotients(rows, grain, part, whole, HUNDRED)
    return {
        key: {tick: min(percent, HUNDRED) for tick, percent in ticks.items()}
        for key, ticks in found.items()
    }


def quotients(
    rows: Iterable[tuple[str, R]],
    grain: Grain,
    part: Callable[[R], Number],
    whole: Callable[[R], Number],
    times: Decimal = Decimal(1),
) -> Sums:
    """Weeks and months are the quotient of their sums, not a mean of quotients; a tick
    without a whole has no value."""
    rows = list(rows)
    parts, wholes = added(rows, grain, part), added(rows, grain, whole)
    found: dict[str, dict[Key, Number]] = defaultdict(dict)
    for key, ticks in wholes.items():
        for tick, number in ticks.items():
            if number:
                found[key][tick] = parts[key][tick] * times / number
    return found


def _tick(row: Dated, grain: Grain) -> date:
    assert row.day is not None
    return grain.first(row.day)
