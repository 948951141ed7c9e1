"""The money of a billing cycle as it piles up, beside the cycle before it."""

from collections.abc import Collection, Mapping
from datetime import date
from itertools import accumulate

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.charts.axis import Key, Tick
from dashboard.charts.chart import Chart, Type, Unit
from dashboard.charts.question import Question
from dashboard.charts.shapes import Number, Sums
from dashboard.periods import DAY, Period
from dashboard.stats.rows import By, UsageRow
from dashboard.stats.usage import usage

NOW, BEFORE = "this-cycle", "last-cycle"


def both_cycles(question: Question) -> list[UsageRow]:
    both = Period(question.cycle.before().period.start, question.cycle.period.end)
    only = question.filters.only
    return usage(question.team, both, [By.DAY], only=only, measures=["charged_cents"])


def piled_up(rows: list[UsageRow], question: Question) -> Sums:
    """Cents since the start of each cycle, by the days of this one. Today's are still
    growing; the days to come have none. Half of a last cycle is not shown: it would
    look like a rise."""
    cents = {row.day: row.charged_cents for row in rows if row.day}
    now, before = question.cycle.period, question.cycle.before().period
    if not cents:
        return {}
    found = {NOW: _piled(cents, _days(now, min(now.end, question.today)), now)}
    covered = question.covered
    if covered and covered.since.date() <= before.start:
        found[BEFORE] = _piled(cents, _days(before, before.end), now)
    return found


def _piled(
    cents: Mapping[date, Number], days: list[date], axis: Period
) -> Mapping[Key, Number]:
    sums = accumulate(cents.get(day, 0) for day in days)
    return dict(zip(_days(axis, axis.end), sums, strict=False))


def _days(period: Period, last: date) -> list[date]:
    return [
        period.start + DAY * number for number in range((last - period.start).days + 1)
    ]


def days_of_cycle(question: Question, keys: Collection[Key]) -> list[Tick]:
    period = question.cycle.period
    return [Tick(day, day, day) for day in _days(period, period.end)]


def names(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    return {NOW: _("This cycle"), BEFORE: _("Last cycle")}


CHARTS = (
    Chart(
        "cumulative-spend",
        gettext_lazy("Spend since the start of the cycle"),
        Type.LINE,
        Unit.USD,
        both_cycles,
        piled_up,
        names,
        days_of_cycle,
        colours={NOW: "s1", BEFORE: "rest"},
        gaps=True,
    ),
)
