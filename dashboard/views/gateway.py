"""The gateway's page: how each upstream token is, and a check of it now."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard.stats.pool import pool
from dashboard.views.asked import Asked, Refused, page, show
from tokens import checking
from tokens.models import UpstreamToken


@require_safe
@page
def gateway(request: HttpRequest, asked: Asked) -> HttpResponse:
    """While a check is under way the table asks for itself again."""
    _only_admins(asked)
    rows = pool(asked.team, asked.now)
    context = {"rows": rows, "is_checking": any(row.is_checked_now for row in rows)}
    return show(request, "dashboard/gateway.html", asked, context)


@require_POST
@page
def check(request: HttpRequest, asked: Asked) -> HttpResponse:
    """One token, or all that are not switched off."""
    _only_admins(asked)
    tokens = UpstreamToken.objects.filter(team=asked.team, removed_at=None)
    named = request.POST.get("token", "")
    if named:
        tokens = tokens.filter(pk=int(named)) if _is_id(named) else tokens.none()
    else:
        tokens = tokens.exclude(state=UpstreamToken.State.DISABLED)
    if not tokens.exists():
        raise Refused(404, "token", _("There is no such token."))
    checking.ask(tokens, asked.now)
    messages.info(request, _("The check is under way."))
    return redirect(reverse("gateway") + asked.query())


def _only_admins(asked: Asked) -> None:
    if not asked.access.manages:
        raise Refused(403, "team", _("Only an admin of the team sees its tokens."))


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 18
