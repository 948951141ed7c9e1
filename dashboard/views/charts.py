"""The one JSON view that all charts draw from, and the same numbers as CSV."""

from collections.abc import Iterator
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.charts import CHARTS, Chart, Drawn, Question, Unit, kept_drawing, name
from dashboard.charts.shapes import Number
from dashboard.exporting import Cell, download
from dashboard.views.asked import Asked, NotEveryones, Refused
from dashboard.views.asked_group import sums_data, sums_export

# What a group's page shows: sums that the group narrows, and nobody's name.
OF_A_GROUP = ("daily-spend", "requests", "tokens")


def drawn(asked: Asked, slug: str) -> Drawn:
    """For a page that shows the chart; its JSON is then in the cache already."""
    chart = CHARTS[slug]
    return kept_drawing(chart, question(asked, chart), asked.version)


def question(asked: Asked, chart: Chart) -> Question:
    covered = asked.covered_by(chart.stream)
    return Question(
        asked.team, asked.filters, asked.cycle, asked.today, covered, asked.read
    )


@require_safe
@sums_data
def chart(request: HttpRequest, asked: Asked, slug: str) -> HttpResponse:
    """A browser that has the answer already gets 304 before anything is summed."""
    found = _named(asked, slug)
    etag = f'W/"{name(found, question(asked, found), asked.version)}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = JsonResponse(drawn(asked, slug).json())
    answer["ETag"] = etag
    return answer


@require_safe
@sums_export
def chart_csv(request: HttpRequest, asked: Asked, slug: str) -> StreamingHttpResponse:
    chart = _named(asked, slug)
    shown = drawn(asked, slug)
    period = asked.period
    name = f"{slug}-{period.start}-{period.end}.csv"
    heads = [_("First day"), _("Last day"), *(s.label for s in shown.series)]
    if shown.ticks and shown.ticks[0].first is None:
        heads[:2] = [str(chart.title)]
    if chart.adds_up:
        heads.append(_("Total"))
    return download(request, name, [*heads, _("Provisional")], _rows(shown))


def _rows(shown: Drawn) -> Iterator[list[Cell]]:
    """Dollars and percent as on the page, but not rounded."""
    for row in shown.rows:
        tick = row.tick
        cells: list[Cell] = [tick.first, tick.last] if tick.first else [tick.label]
        values = [*row.values, row.total] if shown.chart.adds_up else row.values
        cells += [_number(shown.chart, value) for value in values]
        yield [*cells, row.is_provisional]


def _number(chart: Chart, value: Number | None) -> Cell:
    return value / Decimal(100) if value and chart.unit is Unit.USD else value


def _named(asked: Asked, slug: str) -> Chart:
    if slug not in CHARTS:
        raise Refused(404, "chart", _("There is no chart of this name."))
    if asked.of_group and not asked.access.sees_everyone and slug not in OF_A_GROUP:
        raise NotEveryones(asked)
    return CHARTS[slug]
