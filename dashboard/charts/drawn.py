"""A chart as it is shown: its axis, its series in order and colour, its gaps.

Values are exact cents, counts or percent. The JSON gives money in dollars: the cents
divided by 100, as the nearest double, so multiplying back and rounding to eight
decimals is exact again. None means that nothing is known of that tick.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dashboard.charts.axis import Tick, first_provisional
from dashboard.charts.chart import Chart, Unit
from dashboard.charts.question import Question
from dashboard.charts.shapes import Number
from dashboard.grains import Grain
from dashboard.stats.freshness import provisional_from

# Of a heat map, besides nothing at all.
LEVELS = 7


@dataclass(frozen=True)
class Series:
    """`colour` is a name of the palette in static/css/tokens.css, `look` one of those
    of lines in static/js/charts.js."""

    key: str
    label: str
    colour: str
    values: tuple[Number | None, ...]
    look: str = "plain"

    @property
    def total(self) -> Number:
        return sum(value for value in self.values if value is not None)


@dataclass(frozen=True)
class Plot:
    """All of a drawing that costs queries: what is kept in the cache. `left_out`: how
    many series are past the palette and cannot be put together."""

    ticks: tuple[Tick, ...]
    series: tuple[Series, ...]
    state: str
    left_out: int = 0


@dataclass(frozen=True)
class Drawn:
    chart: Chart
    question: Question
    plot: Plot

    @property
    def ticks(self) -> tuple[Tick, ...]:
        return self.plot.ticks

    @property
    def series(self) -> tuple[Series, ...]:
        return self.plot.series

    @property
    def state(self) -> str:
        return self.plot.state

    @property
    def complete_until(self) -> datetime | None:
        covered = self.question.covered
        return covered.complete_until if covered else None

    @property
    def provisional_from(self) -> date:
        return first_provisional(self.ticks, self.question.today)

    @property
    def provisional_since(self) -> date:
        """The first day whose numbers may still change."""
        return provisional_from(self.question.today)

    @property
    def grain(self) -> Grain | None:
        """None when the axis is not one of time."""
        is_timeline = bool(self.ticks) and self.ticks[0].first is not None
        return self.question.grain if is_timeline else None

    @property
    def until(self) -> date | None:
        """The last day on the axis."""
        return self.ticks[-1].last if self.ticks else None

    @property
    def heat(self) -> list[tuple[str, list[tuple[Tick, Number | None, int]]]]:
        """For a heat map: each series with its value and level at each tick."""
        most = max((v or 0 for s in self.series for v in s.values), default=0)
        return [
            (
                s.label,
                [
                    (t, v, level(v or 0, most))
                    for t, v in zip(self.ticks, s.values, strict=True)
                ],
            )
            for s in self.series
        ]

    @property
    def levels(self) -> range:
        return range(LEVELS + 1)

    @property
    def has_provisional(self) -> bool:
        return bool(self.rows) and self.rows[-1].is_provisional

    @property
    def total(self) -> Number:
        return sum(series.total for series in self.series)

    @property
    def colours(self) -> str:
        return " ".join(series.colour for series in self.series)

    @property
    def looks(self) -> str:
        return " ".join(series.look for series in self.series)

    @property
    def rows(self) -> list["Row"]:
        """The table twin: per tick the value of each series, and their sum."""
        columns = zip(*(series.values for series in self.series), strict=True)
        since = self.provisional_from
        return [
            Row(tick, tuple(values), bool(tick.first and tick.first >= since))
            for tick, values in zip(self.ticks, columns, strict=True)
        ]

    def json(self) -> dict[str, Any]:
        until = self.complete_until
        return {
            "type": self.chart.type,
            "unit": self.chart.unit,
            "labels": [tick.label for tick in self.ticks],
            "datasets": [
                {"label": s.label, "data": [self.number(v) for v in s.values]}
                for s in self.series
            ],
            "complete_until": until and until.isoformat().replace("+00:00", "Z"),
            "provisional_from": self.provisional_from.isoformat(),
            "state": self.state,
        }

    def number(self, value: Number | None) -> float | int | None:
        if value is None:
            return None
        match self.chart.unit:
            case Unit.USD:
                return float(value / 100)
            case Unit.PERCENT:
                return round(float(value), 4)
        return int(value)


def level(value: Number, most: Number) -> int:
    """0 is nothing; whatever there is has a colour."""
    return -int(-value * LEVELS // most) if most and value > 0 else 0


@dataclass(frozen=True)
class Row:
    tick: Tick
    values: tuple[Number | None, ...]
    is_provisional: bool

    @property
    def total(self) -> Number:
        return sum(value for value in self.values if value is not None)
