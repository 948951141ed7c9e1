"""Going back in time: the form with its estimate, and the button that starts it."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.periods import BadInput, day
from dashboard.sync import backfill
from dashboard.sync.backfill import EARLIEST, BadFloor, Estimate
from dashboard.views.asked import Asked, Refused, page
from tokens.models import Change


@dataclass(frozen=True)
class Offer:
    """What the form shows. Without a `floor` nobody has asked for an estimate yet."""

    earliest: date
    floor: date | None
    estimate: Estimate | None


def backfill_asked(request: HttpRequest, asked: Asked) -> Offer | None:
    """Raises BadInput. None for those who may not start one."""
    if not asked.access.manages or not asked.team.sync_key:
        return None
    if "floor" not in request.GET:
        return Offer(EARLIEST, None, None)
    floor = day(request.GET["floor"], "floor")
    try:
        estimate = backfill.estimate(asked.team, floor, asked.now)
    except BadFloor as error:
        raise BadInput("floor", f"floor: {error}") from None
    return Offer(EARLIEST, floor, estimate)


@require_POST
@page
def start(request: HttpRequest, asked: Asked) -> HttpResponse:
    if not asked.access.manages:
        raise Refused(403, "team", _("Only an admin of the team can start a backfill."))
    if not asked.team.sync_key:
        raise BadInput("team", _("team has no Admin API key yet."))
    floor = day(request.POST.get("floor", ""), "floor")
    try:
        sentence = backfill.ask(asked.team, floor, asked.now)
    except BadFloor as error:
        raise BadInput("floor", f"floor: {error}") from None
    Change.objects.create(
        team=asked.team,
        actor=asked.user.email,
        action="sync.backfill",
        subject=asked.team.slug,
        after={"floor": floor.isoformat()},
    )
    messages.info(request, sentence)
    return redirect(reverse("sync") + asked.query())
