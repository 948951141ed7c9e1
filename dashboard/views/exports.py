"""Files of what the pages show, with who took them written down."""

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from dashboard.exporting import download
from dashboard.stats.event_list import HEADS, events
from dashboard.views.asked import Asked, person_export
from tokens.models import Change


@require_safe
@person_export
def events_csv(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    """Every event of the period that the filters leave."""
    period, only = asked.period, asked.filters.only
    Change.objects.create(
        team=asked.team,
        actor=asked.user.email,
        action="events.exported",
        subject=f"{period.start} to {period.end}",
        after=dict(asked.filters.given),
    )
    name = f"events-{asked.team.slug}-{period.start}-{period.end}.csv"
    return download(request, name, HEADS, events(asked.team, period, only))
