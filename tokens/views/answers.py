"""The JSON of the seed's token endpoints, as its generation `0.1.3-rc.2` has it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from tokens.disk import UnreadableFile
from tokens.exchange import Exchanged, NothingTaken, Refused
from tokens.views.asker import Asker, asker_of

Answer = Callable[[HttpRequest, Asker], dict[str, Any]]
SECRET_NEEDED = (
    "Send AUTH_TOKEN as `Authorization: Bearer …`, or sign in as an admin of the team."
)

CSRF_NEEDED = "A signed-in browser must come from this site, with its CSRF token."


NO_DATABASE = "The database does not answer. Try again in a moment."
View = Callable[[HttpRequest], HttpResponse]


class BadBody(ValueError):
    """A body that cannot be taken; `field` names what is wrong in it."""

    def __init__(self, message: str, field: str | None = None, status: int = 400):
        super().__init__(message)
        self.field, self.status = field, status


def json_without_database(view: View) -> View:
    """A program that asks while the database is gone gets JSON too; a browser gets the
    page of errors."""

    @wraps(view)
    def telling(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except (OperationalError, InterfaceError):
            if "text/html" in request.headers.get("Accept", ""):
                raise
            refusal = failed(503, "database_unavailable", NO_DATABASE)
            refusal["Retry-After"] = "5"
            return refusal

    return telling


def token_door(**by_method: Answer) -> View:
    """A view that answers each method with its function's JSON. A wrong key is told
    before anything else that is wrong."""

    def view(request: HttpRequest) -> HttpResponse:
        asker = asker_of(request)
        if asker is None:
            return failed(401, "unauthorized", SECRET_NEEDED)
        if not _is_meant(request, asker):
            return failed(403, "cross_site", CSRF_NEEDED)
        answer = by_method.get(str(request.method))
        if answer is None:
            allowed = ", ".join(by_method)
            refusal = failed(405, "method_not_allowed", f"Use {allowed}.")
            refusal["Allow"] = allowed
            return refusal
        try:
            return JsonResponse({"status": "success"} | answer(request, asker))
        except BadBody as error:
            return failed(error.status, "bad_request", str(error), field=error.field)
        except NothingTaken as error:
            lines = refused_lines(error.refused)
            return failed(400, "nothing_taken", str(error), refused=lines)
        except UnreadableFile as error:
            return failed(500, "token_file_unreadable", str(error))

    return csrf_exempt(never_cache(json_without_database(view)))


def failed(status: int, code: str, message: str, **more: Any) -> HttpResponse:
    body = {"status": "error", "error": code, "message": message} | more
    return JsonResponse(body, status=status)


def came_of(done: Exchanged) -> dict[str, Any]:
    """`token_count` and `tokens_count` are the names of two generations."""
    return {
        "token_count": done.in_use,
        "tokens_count": done.in_use,
        "changes": dict(done.done),
        "refused": refused_lines(done.refused),
        "notes": list(done.notes),
    }


def refused_lines(refused: tuple[Refused, ...]) -> list[dict[str, Any]]:
    return [
        {"field": r.field, "file": r.file, "line": r.line, "reason": r.reason}
        for r in refused
    ]


def _is_meant(request: HttpRequest, asker: Asker) -> bool:
    """A session's cookie comes along with what other sites make a browser send."""
    if asker.is_sure:
        return True
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return False
    # Any view that is not exempt will do: only the request is looked at.
    check = _CsrfCheck(_nothing)
    return check.process_view(request, _nothing, (), {}) is None


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)
