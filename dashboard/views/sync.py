"""What the sync is doing, and the button that asks for one now."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dashboard.stats.freshness import Progress, coverage, progress
from dashboard.tasks import ask_now
from dashboard.views.asked import Asked, Refused, page, show

ASKED = "sync_asked_at"
# A press of the button is forgotten then, whatever became of it.
FORGOTTEN_AFTER = timedelta(minutes=10)


@require_safe
@page
def sync_progress(request: HttpRequest, asked: Asked) -> HttpResponse:
    """A fragment that asks for itself again while something is going on. When the
    first numbers are there (the page around it says that it is empty) and when all is
    done, it tells the page to load again."""
    doing, covered = progress_of(request, asked), coverage(asked.team)
    context = {"progress": doing, "covered": covered}
    response = show(request, "dashboard/_sync.html", asked, context)
    first_numbers = covered is not None and "empty" in request.GET
    if first_numbers or not doing.active:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@page
def sync_now(request: HttpRequest, asked: Asked) -> HttpResponse:
    if not asked.access.manages:
        raise Refused(403, "team", "Only an admin of the team can start a sync.")
    messages.info(request, ask_now(asked.team))
    request.session[ASKED] = {str(asked.team.pk): asked.now.isoformat()}
    back = "sync" if request.POST.get("from") == "sync" else "overview"
    return redirect(reverse(back) + asked.query())


def progress_of(request: HttpRequest, asked: Asked) -> Progress:
    pressed = request.session.get(ASKED, {}).get(str(asked.team.pk))
    at = datetime.fromisoformat(pressed) if pressed else None
    if at and asked.now - at > FORGOTTEN_AFTER:
        at = None
    return progress(asked.team, asked.now, at if asked.team.sync_key else None)
