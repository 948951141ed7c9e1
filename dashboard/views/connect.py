"""Connect a team: how to make a key, trying it, and what it can read."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import connecting
from dashboard.adminapi.probe import Probe
from dashboard.connecting import KeyForm, TeamForm
from dashboard.stats.progress import READABLE
from dashboard.tasks import ask_now
from dashboard.trying import KeyProblem, try_key
from dashboard.views.asked import Asked, Refused, page, show

_GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])


@_GET_AND_POST
@page
def connect(request: HttpRequest, asked: Asked) -> HttpResponse:
    if not asked.user.is_superuser:
        raise Refused(403, "team", _("Only an admin of this site can connect a team."))
    form = TeamForm(request.POST or None)
    tried = _tried(request, form)
    if tried is None:
        context = {"form": form, "zones": connecting.zones()}
        return _form(request, asked, "dashboard/connect.html", context)
    team = connecting.connect(form, tried, asked.user)
    return redirect(f"{reverse('connected')}?team={team.slug}")


@_GET_AND_POST
@page
def replace_key(request: HttpRequest, asked: Asked) -> HttpResponse:
    if not asked.access.manages:
        raise Refused(403, "team", _("Only an admin of the team can replace its key."))
    if asked.team.is_demo:
        raise Refused(403, "team", _("The demo’s team always reads the simulator."))
    form = KeyForm(request.POST or None, team=asked.team)
    tried = _tried(request, form)
    if tried is None:
        return _form(request, asked, "dashboard/key.html", {"form": form})
    connecting.replace_key(asked.team, form.cleaned_data["key"], tried, asked.user)
    replaced = _("The key has been replaced.")
    messages.info(request, f"{replaced} {ask_now(asked.team)}")
    return redirect(reverse("sync") + asked.query())


@require_safe
@page
def connected(request: HttpRequest, asked: Asked) -> HttpResponse:
    """What the key of the team can read, and the button for the first sync."""
    if not asked.access.manages:
        raise Refused(403, "team", _("Only an admin of the team can start a sync."))
    found = connecting.readable(asked.team)
    context = {
        "readable": [row for row in found if row.state in READABLE],
        "refused": [row for row in found if row.state not in READABLE],
    }
    return show(request, "dashboard/connected.html", asked, context)


def _tried(request: HttpRequest, form: KeyForm) -> Probe | None:
    """What the key got from each endpoint; None when the form is to be shown (again),
    with its errors."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        tried = try_key(form.url, form.cleaned_data["key"])
    except KeyProblem as problem:
        field = problem.field if problem.field in form.fields else None
        form.add_error(field, str(problem))
        return None
    if tried.clock:
        messages.warning(request, tried.clock)
    return tried


def _form(
    request: HttpRequest, asked: Asked, template: str, context: dict[str, Any]
) -> HttpResponse:
    response = show(request, template, asked, context)
    response.status_code = 400 if request.method == "POST" else 200
    return response
