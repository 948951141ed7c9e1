"""What is in the tables, what the sync did, and what it could not read."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.paginator import InvalidPage, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.models import QuarantinedRow, Stream, SyncRun
from dashboard.periods import BadInput
from dashboard.stats.calendar import calendars
from dashboard.stats.freshness import coverage
from dashboard.stats.progress import Doing, progress
from dashboard.stats.trouble import troubles
from dashboard.stats.vendor import journals, quarantine
from dashboard.views.asked import Asked, Refused, page, show
from dashboard.views.backfill import backfill_asked

RUNS = 50
# A file of so many rows still fits into a worker's memory with ease.
MOST_ROWS = 20_000


@require_safe
@page
def sync(request: HttpRequest, asked: Asked) -> HttpResponse:
    doing = progress(asked.team, asked.now)
    readable = [s.stream for s in doing.streams if s.doing is not Doing.REFUSED]
    shown = calendars(asked.team, readable, asked.today)
    context = {
        "progress": doing,
        "covered": coverage(asked.team),
        "calendars": shown,
        "has_imports": any(calendar.imported for calendar in shown),
        "backfill": backfill_asked(request, asked),
        "quarantine": quarantine(asked.team),
        "most_rows": MOST_ROWS,
        "journals": journals(asked.team, asked.now),
        "troubles": troubles(asked.team, settings.DATA_DIR),
        **_runs(request, asked),
    }
    return show(request, "dashboard/sync.html", asked, context)


@require_safe
@page
def sync_streams(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The table of streams alone, which asks for itself while something runs and has
    the page loaded again at the end."""
    doing = progress(asked.team, asked.now)
    context = {"progress": doing}
    response = show(request, "dashboard/sync/_streams.html", asked, context)
    if not (doing.active or doing.goes_back):
        response["HX-Refresh"] = "true"
    return response


@require_safe
@page
def sync_runs(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The table of runs alone, for as long as something runs."""
    context = {"progress": progress(asked.team, asked.now)} | _runs(request, asked)
    return show(request, "dashboard/sync/_runs.html", asked, context)


@require_safe
@page
def quarantined(request: HttpRequest, asked: Asked, stream: str) -> HttpResponse:
    """The newest rows of a stream that could not be read, one JSON object a line. The
    row is a text inside it: it may not be JSON itself."""
    if stream not in Stream.values:
        raise Refused(404, "stream", _("There is no stream of this name."))
    rows = QuarantinedRow.objects.filter(team=asked.team, stream=stream)[:MOST_ROWS]
    name = f"quarantine-{asked.team.slug}-{stream}.jsonl"
    return HttpResponse(
        _json_lines(rows),
        content_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _json_lines(rows: Iterable[QuarantinedRow]) -> str:
    return "".join(
        json.dumps(
            {
                "reason": row.reason,
                "first_seen_at": row.first_seen_at.isoformat(),
                "last_seen_at": row.last_seen_at.isoformat(),
                "readable_since": row.cured_at and row.cured_at.isoformat(),
                "times": row.times,
                "raw": row.raw,
            }
        )
        + "\n"
        for row in rows
    )


def _runs(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    newest = SyncRun.objects.filter(team=asked.team).order_by("-started_at", "-pk")
    try:
        runs = Paginator(newest, RUNS).page(request.GET.get("page", "1"))
    except InvalidPage:
        raise BadInput("page", _("page must be the number of a page.")) from None
    return {
        "runs": runs,
        "runs_query": asked.query(page=str(runs.number)),
        "newer_url": asked.here(page=str(runs.number - 1)),
        "older_url": asked.here(page=str(runs.number + 1)),
    }
