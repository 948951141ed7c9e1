"""How a chart's values and places on the axis are written in its table."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from dashboard.charts.axis import Tick
from dashboard.charts.chart import Unit
from dashboard.charts.drawn import Drawn
from dashboard.charts.shapes import Number
from dashboard.grains import Grain
from dashboard.templatetags import figures
from dashboard.writing import here

register = template.Library()


@register.filter
def written(value: Number | None, drawn: Drawn) -> str:
    """In the chart's unit: cents become dollars."""
    if value is None:
        return "–"
    match drawn.chart.unit:
        case Unit.USD:
            return figures.dollars(Decimal(value))
        case Unit.PERCENT:
            return here().percentage(round(Decimal(value), 1))
    return figures.count(value)


@register.filter
def written_short(value: Number | None, drawn: Drawn) -> str:
    """The same where there is little room."""
    if value is None or drawn.chart.unit is Unit.PERCENT:
        return written(value, drawn)
    return figures.short(round(value / 100 if drawn.chart.unit is Unit.USD else value))


@register.filter
def place(tick: Tick) -> str:
    """`12 Nov 2026`, `9 Nov 2026 – 15 Nov 2026`, or the word that it is."""
    if tick.first is None or tick.last is None:
        return str(tick.key)
    if tick.first == tick.last:
        return figures.day(tick.first)
    return f"{figures.day(tick.first)} – {figures.day(tick.last)}"


@register.filter
def heading(drawn: Drawn) -> str:
    """What a row of the table is."""
    names = {Grain.DAY: _("Day"), Grain.WEEK: _("Week"), Grain.MONTH: _("Month")}
    return names[drawn.grain] if drawn.grain else ""
