"""The one JSON view that all charts draw from."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.charts import CHARTS, draw
from dashboard.stats.freshness import coverage
from dashboard.views.asked import Asked, Refused, data


@require_safe
@data
def chart(request: HttpRequest, asked: Asked, slug: str) -> HttpResponse:
    if slug not in CHARTS:
        raise Refused(404, "chart", _("There is no chart of this name."))
    covered = coverage(asked.team)
    drawn = draw(CHARTS[slug], asked.team, asked.period, covered, asked.today)
    return JsonResponse(drawn.json())
