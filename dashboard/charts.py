"""What charts show: one chart is one row of the registry and one pure function.

A chart's values are exact cents or counts. Its JSON gives money in dollars: the
cents divided by 100, as the nearest double, so multiplying back and rounding to
eight decimals is exact again. None means that nothing is known of that day.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.models import EventKind
from dashboard.periods import DAY, Period
from dashboard.stats.freshness import Coverage, provisional_from
from dashboard.stats.usage import ZERO, By, UsageRow, usage
from tokens.models import Team

# As many as the palette has colours that can be told apart, with the rest in grey.
MOST_SERIES = 8
# From the bottom of a stack upwards.
KINDS = (
    EventKind.INCLUDED,
    EventKind.ON_DEMAND,
    EventKind.OTHER,
    EventKind.ERRORED,
    EventKind.FREE,
)
# A longer axis starts at the first day with data, or 2000 years would be drawn.
LONGEST_EMPTY_AXIS = 400


@dataclass(frozen=True)
class Series:
    """`colour` is a name of the palette in static/css/tokens.css."""

    label: str
    values: tuple[Decimal | None, ...]
    colour: str

    @property
    def total(self) -> Decimal:
        return sum((v for v in self.values if v is not None), ZERO)


Shape = Callable[[Sequence[UsageRow]], dict[str, dict[date, Decimal]]]


@dataclass(frozen=True)
class Chart:
    """`shape` turns rows that were asked for by `by` into values per key and day;
    `named` writes a key for people."""

    slug: str
    title: str | Promise
    split: str | Promise
    type: str
    unit: str
    by: tuple[By, ...]
    shape: Shape
    colours: Mapping[str, str] = field(default_factory=dict)
    named: Callable[[str], str] = str


@dataclass(frozen=True)
class Drawn:
    chart: Chart
    days: tuple[date, ...]
    series: tuple[Series, ...]
    complete_until: datetime | None
    provisional_from: date
    state: str

    @property
    def total(self) -> Decimal:
        return sum((series.total for series in self.series), ZERO)

    @property
    def has_provisional(self) -> bool:
        return bool(self.days) and self.days[-1] >= self.provisional_from

    @property
    def colours(self) -> str:
        return " ".join(series.colour for series in self.series)

    @property
    def rows(self) -> list[tuple[date, list[Decimal | None], Decimal]]:
        """The table twin: per day the value of each series, and their sum."""
        columns = zip(*(series.values for series in self.series), strict=True)
        return [
            (day, list(values), sum((v for v in values if v is not None), ZERO))
            for day, values in zip(self.days, columns, strict=True)
        ]

    def json(self) -> dict[str, Any]:
        until = self.complete_until
        return {
            "type": self.chart.type,
            "unit": self.chart.unit,
            "labels": [day.isoformat() for day in self.days],
            "datasets": [
                {"label": s.label, "data": [self._number(v) for v in s.values]}
                for s in self.series
            ],
            "complete_until": until and until.isoformat().replace("+00:00", "Z"),
            "provisional_from": self.provisional_from.isoformat(),
            "state": self.state,
        }

    def _number(self, value: Decimal | None) -> float | int | None:
        if value is None:
            return None
        return float(value / 100) if self.chart.unit == "usd" else int(value)


def spend_by_model(rows: Sequence[UsageRow]) -> dict[str, dict[date, Decimal]]:
    return _grouped(rows, lambda row: row.model or str(_("No model named")))


def spend_by_kind(rows: Sequence[UsageRow]) -> dict[str, dict[date, Decimal]]:
    return _grouped(rows, lambda row: row.kind)


def _grouped(
    rows: Sequence[UsageRow], label: Callable[[UsageRow], str]
) -> dict[str, dict[date, Decimal]]:
    sums: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        assert row.day is not None
        sums[label(row)][row.day] += row.charged_cents
    return sums


CHARTS = {
    chart.slug: chart
    for chart in (
        Chart(
            "daily-spend",
            _("Daily spend by model"),
            _("Model"),
            "bar",
            "usd",
            (By.DAY, By.MODEL),
            spend_by_model,
        ),
        Chart(
            "daily-spend-by-kind",
            _("Daily spend by kind"),
            _("Kind"),
            "bar",
            "usd",
            (By.DAY, By.KIND),
            spend_by_kind,
            {kind.value: kind.value for kind in KINDS},
            lambda kind: str(EventKind(kind).label),
        ),
    )
}


def draw(
    chart: Chart, team: Team, period: Period, covered: Coverage | None, today: date
) -> Drawn:
    rows = usage(team, period, chart.by)
    days = axis(period, [row.day for row in rows if row.day], today)
    series = ranked(chart.shape(rows), days, covered, chart.colours, chart.named)
    state = "ok" if rows else "empty" if covered else "not_available"
    return Drawn(
        chart,
        days if rows else (),
        series,
        covered.until if covered else None,
        provisional_from(today),
        state,
    )


def axis(period: Period, with_data: Sequence[date], today: date) -> tuple[date, ...]:
    """The period's days up to today, or to the last one with data if that is later."""
    last = min(period.end, max([today, *with_data]))
    first = period.start
    if (last - first).days > LONGEST_EMPTY_AXIS:
        first = min([last, *with_data])
    count = (last - first).days + 1
    return tuple(first + DAY * number for number in range(max(0, count)))


def ranked(
    sums: dict[str, dict[date, Decimal]],
    days: Sequence[date],
    covered: Coverage | None,
    colours: Mapping[str, str],
    named: Callable[[str], str] = str,
) -> tuple[Series, ...]:
    """In the order of the colours, else the highest first; what is past the palette is
    one series of the rest. A series of nothing but zeros says nothing."""
    totals = {label: sum(values.values()) for label, values in sums.items()}
    costly = [label for label in sums if totals[label]] or list(sums)
    first = list(colours)
    order = sorted(
        costly,
        key=lambda c: (first.index(c) if c in colours else 0, -totals[c], c),
    )
    any_data = {day for values in sums.values() for day in values}
    known = {day for day in days if covered and covered.holds(day)} | any_data

    def values(*labels: str) -> tuple[Decimal | None, ...]:
        return tuple(
            sum((sums[label].get(day, ZERO) for label in labels), ZERO)
            if day in known
            else None
            for day in days
        )

    kept = order if len(order) <= MOST_SERIES else order[: MOST_SERIES - 1]
    rest = order[len(kept) :]
    found = [
        Series(named(label), values(label), colours.get(label, f"s{number}"))
        for number, label in enumerate(kept, 1)
    ]
    if rest:
        others = ngettext("%(n)s other model", "%(n)s other models", len(rest))
        found.append(Series(others % {"n": len(rest)}, values(*rest), "rest"))
    return tuple(found)
