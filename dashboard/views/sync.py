"""What the sync is doing, and the button that asks for one now."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard.models import Stream
from dashboard.periods import BadInput, one_of
from dashboard.stats.freshness import coverage
from dashboard.stats.progress import progress
from dashboard.sync.fetch import FETCH
from dashboard.tasks import ask_now
from dashboard.views.asked import Asked, Refused, page, show


@require_safe
@page
def sync_progress(request: HttpRequest, asked: Asked) -> HttpResponse:
    """A fragment that asks for itself again while something is going on. When the
    first numbers are there (the page around it says that it is empty) and when all is
    done, it tells the page to load again."""
    doing, covered = progress(asked.team, asked.now), coverage(asked.team)
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
        raise Refused(403, "team", _("Only an admin of the team can start a sync."))
    messages.info(request, ask_now(asked.team, _stream(request)))
    back = "sync" if request.POST.get("from") == "sync" else "overview"
    return redirect(reverse(back) + asked.query())


def _stream(request: HttpRequest) -> Stream | None:
    """The one whose button was pressed; None for the team's."""
    name = request.POST.get("stream")
    if not name:
        return None
    if name not in FETCH:
        raise BadInput("stream", one_of("stream", FETCH))
    return Stream(name)
