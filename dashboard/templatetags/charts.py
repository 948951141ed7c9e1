"""How a chart's values and places on the axis are written in its table."""

from decimal import Decimal
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dashboard.charts.axis import Tick
from dashboard.charts.chart import Unit
from dashboard.charts.drawn import Drawn, Row
from dashboard.charts.shapes import Number
from dashboard.grains import Grain
from dashboard.templatetags import figures
from dashboard.writing import Writing, here

register = template.Library()


@register.filter
def written(value: Number | None, drawn: Drawn) -> str:
    """In the chart's unit: cents become dollars."""
    return _written(value, drawn.chart.unit, here())


def _written(value: Number | None, unit: Unit, writing: Writing) -> str:
    if value is None:
        return "–"
    match unit:
        case Unit.USD:
            return writing.dollars(Decimal(value))
        case Unit.PERCENT:
            return writing.percentage(round(Decimal(value), 1))
    return figures.count(value)


@register.filter
def cells(row: Row, drawn: Drawn) -> SafeString:
    """All numbers of a row: pages with charts have a thousand of them, for which
    Django's own ways take several times as long."""
    unit, writing = drawn.chart.unit, here()
    values = (*row.values, row.total) if drawn.chart.adds_up else row.values
    return mark_safe(
        "".join(
            f'<td class="number" data-value="{escape(figures.exact(value))}">'
            f"{escape(_written(value, unit, writing))}</td>"
            for value in values
        )
    )


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
