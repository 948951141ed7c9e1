"""A chart as it is shown: its axis, its series in order and colour, its gaps.

Values are exact cents, counts or percent. The JSON gives money in dollars: the cents
divided by 100, as the nearest double, so multiplying back and rounding to eight
decimals is exact again. None means that nothing is known of that tick.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from dashboard.charts.axis import Key, Tick, first_provisional, timeline
from dashboard.charts.colours import REST, coloured
from dashboard.charts.question import Question
from dashboard.charts.shapes import Number, Sums
from dashboard.grains import Grain
from dashboard.models import Stream
from dashboard.stats.freshness import Coverage, provisional_from

# As many as the palette has colours that can be told apart, with the rest in grey.
MOST_SERIES = 8
# The key of what a reader has put together already.
OTHERS = "\0others"


class Type(StrEnum):
    """`bar` and `area` are stacked. A `heatmap` has a row per series."""

    BAR = "bar"
    AREA = "area"
    LINE = "line"
    HEATMAP = "heatmap"


class Unit(StrEnum):
    """Of the JSON. Money is cents until there."""

    USD = "usd"
    COUNT = "count"
    PERCENT = "percent"
    TOKENS = "tokens"


Names = Callable[[Question, Collection[str]], Mapping[str, str]]


def as_they_are(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    return {key: key for key in keys}


@dataclass(frozen=True)
class Chart:
    """`read` asks `stats` for rows, `shape` makes them values per series and tick, and
    `names` says what the series that are shown are called. `colours` fixes the order
    and the colours of known series; all else is ordered by size. `gaps`: a tick without
    a value is unknown, never zero."""

    slug: str
    title: Promise | str
    type: Type
    unit: Unit
    read: Callable[[Question], Any]
    shape: Callable[[Any, Question], Sums]
    names: Names = as_they_are
    axis: Callable[[Question, Collection[Key]], Sequence[Tick]] = timeline
    colours: Mapping[str, str] = field(default_factory=dict)
    gaps: bool = False
    stream: Stream = Stream.EVENTS

    @property
    def adds_up(self) -> bool:
        """Whether the values of a tick, and those of a series, have a sum."""
        return self.type in (Type.BAR, Type.AREA) and self.unit is not Unit.PERCENT


@dataclass(frozen=True)
class Series:
    """`colour` is a name of the palette in static/css/tokens.css."""

    key: str
    label: str
    colour: str
    values: tuple[Number | None, ...]

    @property
    def total(self) -> Number:
        return sum(value for value in self.values if value is not None)


@dataclass(frozen=True)
class Plot:
    """All of a drawing that costs queries: what is kept in the cache."""

    ticks: tuple[Tick, ...]
    series: tuple[Series, ...]
    state: str


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
    def has_provisional(self) -> bool:
        return bool(self.rows) and self.rows[-1].is_provisional

    @property
    def total(self) -> Number:
        return sum(series.total for series in self.series)

    @property
    def colours(self) -> str:
        return " ".join(series.colour for series in self.series)

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


@dataclass(frozen=True)
class Row:
    tick: Tick
    values: tuple[Number | None, ...]
    is_provisional: bool

    @property
    def total(self) -> Number:
        return sum(value for value in self.values if value is not None)


def draw(chart: Chart, question: Question) -> Drawn:
    return Drawn(chart, question, plot(chart, question))


def plot(chart: Chart, question: Question) -> Plot:
    sums = chart.shape(chart.read(question), question)
    if not sums:
        return Plot((), (), "empty" if question.covered else "not_available")
    keys = {key for values in sums.values() for key in values}
    ticks = tuple(chart.axis(question, keys))
    shown, rest = ranked(sums, chart.colours)
    names = dict(chart.names(question, [key for key in shown if key != OTHERS]))
    names[OTHERS] = _("All others")
    colours = coloured([key for key in shown if key != OTHERS])
    colours |= {OTHERS: REST} | dict(chart.colours)
    fill = Fill(ticks, keys, None if chart.gaps else 0, question.covered)
    series = [Series(k, names[k], colours[k], fill.values(sums[k])) for k in shown]
    if rest and chart.adds_up:
        parts = [sums[key] for key in rest]
        series.append(Series(OTHERS, names[OTHERS], REST, fill.values(*parts)))
    return Plot(ticks, tuple(series), "ok")


def ranked(sums: Sums, colours: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The series that are shown, and those past the palette: in the order of the
    colours, else the highest first. A series of nothing but zeros says nothing."""
    totals = {key: sum(values.values()) for key, values in sums.items()}
    named = list(colours)

    def place(key: str) -> tuple[bool, int, Number, str]:
        fixed = named.index(key) if key in colours else len(named)
        return key == OTHERS, fixed, -totals[key], key

    order = sorted([key for key in sums if totals[key]] or sums, key=place)
    if len(order) <= MOST_SERIES or colours:
        return order, []
    return order[: MOST_SERIES - 1], order[MOST_SERIES - 1 :]


@dataclass(frozen=True)
class Fill:
    """What stands where a series has no value: `empty` where the tick is known."""

    ticks: tuple[Tick, ...]
    with_data: Collection[Key]
    empty: int | None
    covered: Coverage | None

    def values(self, *parts: Mapping[Key, Number]) -> tuple[Number | None, ...]:
        return tuple(self._value(tick, parts) for tick in self.ticks)

    def _value(
        self, tick: Tick, parts: tuple[Mapping[Key, Number], ...]
    ) -> Number | None:
        found = [part[tick.key] for part in parts if tick.key in part]
        if found:
            return sum(found)
        is_known = tick.key in self.with_data or tick.is_known(self.covered)
        return self.empty if is_known else None
