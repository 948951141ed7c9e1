"""From a chart's sums to its drawing: order, colours, the rest, the gaps."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboard.charts.axis import Key, Tick
from dashboard.charts.chart import Chart
from dashboard.charts.colours import REST, coloured
from dashboard.charts.drawn import Drawn, Plot, Series
from dashboard.charts.question import Question
from dashboard.charts.shapes import Number, Sums
from dashboard.stats.freshness import Coverage

# As many as the palette has colours that can be told apart, with the rest in grey.
MOST_SERIES = 8
# The key of what a reader has put together already.
OTHERS = "\0others"


def draw(chart: Chart, question: Question) -> Drawn:
    return Drawn(chart, question, plot(chart, question))


def plot(chart: Chart, question: Question) -> Plot:
    sums = chart.shape(chart.read(question), question)
    if not sums:
        return Plot((), (), "empty" if question.covered else "not_available")
    keys = {key for values in sums.values() for key in values}
    ticks = tuple(chart.axis(question, keys))
    shown, rest = ranked(sums, chart.colours, by_size=chart.adds_up)
    names = dict(chart.names(question, [key for key in shown if key != OTHERS]))
    names[OTHERS] = _("All others")
    colours = coloured([key for key in shown if key != OTHERS])
    colours |= {OTHERS: REST} | dict(chart.colours)
    fill = Fill(ticks, keys, None if chart.gaps else 0, question.covered)
    looks = {key: "plain" for key in shown} | dict(chart.looks)
    series = [
        Series(key, names[key], colours[key], fill.values(sums[key]), looks[key])
        for key in shown
    ]
    if rest and chart.adds_up:
        parts = [sums[key] for key in rest]
        series.append(Series(OTHERS, names[OTHERS], REST, fill.values(*parts)))
    left_out = 0 if chart.adds_up else len(rest)
    return Plot(ticks, tuple(series), "ok", left_out)


def ranked(
    sums: Sums, colours: Mapping[str, str], by_size: bool = True
) -> tuple[list[str], list[str]]:
    """The series that are shown, and those past the palette: in the order of the
    colours, else the highest first, or as they come. A series of nothing but zeros says
    nothing."""
    totals = {key: sum(values.values()) for key, values in sums.items()}
    named = list(colours)

    def place(key: str) -> tuple[bool, int, Number, str]:
        fixed = named.index(key) if key in colours else len(named)
        size = (-totals[key], key) if by_size else (0, "")
        return key == OTHERS, fixed, *size

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
