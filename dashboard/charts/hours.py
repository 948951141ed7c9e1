"""The heat map of the week."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from dashboard.charts.axis import Key, Tick, words
from dashboard.charts.chart import Chart, Type, Unit
from dashboard.charts.question import Question
from dashboard.charts.shapes import Sums
from dashboard.stats.heat import by_hour
from dashboard.writing import here

HOURS = tuple(f"{hour:02}" for hour in range(24))
A_MONDAY = date(2024, 1, 1)


def read(question: Question) -> Counter[tuple[int, int]]:
    return by_hour(question.team, question.period, question.filters.only.email)


def by_weekday(found: Counter[tuple[int, int]], question: Question) -> Sums:
    if not found:
        return {}
    return {
        str(day): {name: found[day, hour] for hour, name in enumerate(HOURS)}
        for day in range(7)
    }


def hours(question: Question, keys: Collection[Key]) -> tuple[Tick, ...]:
    return words(*HOURS)


def weekdays(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    return {
        key: here().weekday(A_MONDAY.replace(day=1 + int(key)), whole=True)
        for key in keys
    }


CHARTS = (
    Chart(
        "hours",
        _("Requests by weekday and hour"),
        Type.HEATMAP,
        Unit.COUNT,
        read,
        by_weekday,
        weekdays,
        hours,
        colours={str(day): "s1" for day in range(7)},
    ),
)
