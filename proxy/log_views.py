"""`/logs`: a page for people, JSON for programs. The seed showed both to everybody,
tokens in clear; here it takes AUTH_TOKEN or a role that sees everyone's numbers."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from proxy import logs
from tokens.access import access, teams_of
from tokens.models import Team, User
from tokens.views.answers import SECRET_NEEDED, failed, json_without_database
from tokens.views.asker import brings_master_key, has_opened
from tokens.views.door import door


@csrf_exempt
@never_cache
@json_without_database
def requests(request: HttpRequest) -> HttpResponse:
    """A browser's GET is the page; GET and POST by programs are JSON. Nothing is
    changed by either, so no form's token is asked for."""
    team = _team(request)
    if "text/html" in request.headers.get("Accept", ""):
        return _page(request, team)
    if team is None:
        return failed(401, "unauthorized", SECRET_NEEDED)
    if request.method not in ("GET", "HEAD", "POST"):
        refusal = failed(405, "method_not_allowed", "Use GET or POST.")
        refusal["Allow"] = "GET, HEAD, POST"
        return refusal
    return JsonResponse(logs.as_json(logs.newest(team), timezone.now()))


def _page(request: HttpRequest, team: Team | None) -> HttpResponse:
    if team is None:
        return door(request, gettext("Requests"))
    context = {"team": team, "rows": logs.newest(team), "most": logs.NEWEST}
    return render(request, "proxy/logs.html", context)


def _team(request: HttpRequest) -> Team | None:
    """Whose requests may be seen; None: nobody's."""
    is_master, user = brings_master_key(request), request.user
    if not is_master and isinstance(user, User):
        slug = request.GET.get("team")
        asked = [team for team in teams_of(user) if slug in (None, team.slug)]
        if asked and access(user, asked[0]).sees_everyone:
            return asked[0]
    return Team.objects.default() if is_master or has_opened(request) else None
