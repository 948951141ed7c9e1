"""Drawings that are kept until a sum, a day or a language changes."""

from dataclasses import fields
from hashlib import sha256

from django.utils.translation import get_language

from dashboard.charts.axis import Tick
from dashboard.charts.chart import Chart
from dashboard.charts.drawing import plot
from dashboard.charts.drawn import Drawn, Plot, Series
from dashboard.charts.question import Question
from dashboard.kept import kept

# Another release may know other fields: it must not read this one's drawings.
_FORM = ".".join(f.name for kind in (Plot, Series, Tick) for f in fields(kind))


def kept_drawing(chart: Chart, question: Question, version: int) -> Drawn:
    """`version` is the team's `data_version`."""
    key = name(chart, question, version)
    return Drawn(chart, question, kept(key, lambda: plot(chart, question)))


def name(chart: Chart, question: Question, version: int) -> str:
    """Of everything that the drawing follows from; also its ETag."""
    parts = (
        _FORM,
        chart.slug,
        question.team.pk,
        version,
        question.filters.dates(),
        question.cycle.start,
        question.today,
        question.covered,
        get_language(),
    )
    return f"chart:{sha256(repr(parts).encode()).hexdigest()}"
