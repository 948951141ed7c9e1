"""Drawings that are kept until a sum, a day or a language changes."""

from django.utils.translation import get_language

from dashboard.charts.chart import Chart
from dashboard.charts.drawing import plot
from dashboard.charts.drawn import Drawn
from dashboard.charts.question import Question
from dashboard.kept import kept, named


def kept_drawing(chart: Chart, question: Question, version: int) -> Drawn:
    """`version` is the team's `data_version`."""
    key = name(chart, question, version)
    return Drawn(chart, question, kept(key, lambda: plot(chart, question)))


def name(chart: Chart, question: Question, version: int) -> str:
    """Of everything that the drawing follows from; also its ETag."""
    return named(
        "chart",
        chart.slug,
        question.team.pk,
        version,
        question.filters.dates(),
        question.cycle.start,
        question.today,
        question.covered,
        get_language(),
    )
