"""The doors that belong to no story: front, health, readiness, error pages."""

import sys
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.version import VERSION
from proxy import vitals
from proxy.catalogue import DEFAULTS
from proxy.draining import DRAINING
from tokens.views.asker import brings_master_key

STARTED = time.monotonic()
GATEWAY = ["/v1/chat/completions", "/v1/models"]
ROOT = [
    "/checksum",
    "/get-checksum",
    "/tokeninfo",
    "/get-tokeninfo",
    "/update-tokeninfo",
    "/logs",
    "/health",
    "/readyz",
    "/env-example",
]


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """A browser goes to the dashboard; a health probe gets the health JSON."""
    if "text/html" in request.headers.get("Accept", ""):
        return redirect("/dashboard/")
    return health(request)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 while the process lives; it asks nothing of anything else, but for `stats`,
    which only the holder of AUTH_TOKEN is told."""
    uptime = timedelta(seconds=int(time.monotonic() - STARTED))
    said: dict[str, Any] = {
        "status": "healthy",
        "version": VERSION,
        "uptime": uptime // timedelta(seconds=1),
        "models": list(DEFAULTS),
        "endpoints": [f"{settings.ROUTE_PREFIX}{path}" for path in GATEWAY] + ROOT,
    }
    if brings_master_key(request):
        now = timezone.now()
        said["stats"] = vitals.stats(now - uptime, now)
    return JsonResponse(said)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 with the reasons while requests should go elsewhere."""
    reasons = ["the server is stopping"] if DRAINING else []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        reasons.append("the database does not answer")
    status = 503 if reasons else 200
    return JsonResponse({"ready": not reasons, "reasons": reasons}, status=status)


@require_safe
def env_example(request: HttpRequest) -> HttpResponse:
    text = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = str(exception) if isinstance(exception, BadRequest) else ""
    return _error(request, 400, said or _("This request cannot be read."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403, str(exception) or _("This is not yours to see."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404, _("There is no page at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        sentence = _("The database does not answer. See that it runs, then try again.")
        return _error(request, 503, sentence)
    return _error(request, 500, _("Something broke on our side. The log says what."))


def _error(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    context: dict[str, Any] = {"status": status, "sentence": sentence}
    return render(request, "error.html", context, status=status)
