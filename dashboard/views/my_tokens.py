"""A member's own upstream tokens: give one, see how it is, take it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dashboard.stats.pool import pool
from dashboard.views.asked import Asked, Refused, person_page, show
from tokens import checking, own
from tokens.disk import UnreadableFile
from tokens.exchange import NothingTaken
from tokens.own import NotTaken
from tokens.token_forms import OwnForm

REASONS = {
    "anothers": gettext_lazy(
        "This token is in the pool already, and not as yours. Ask an admin of the team."
    ),
    "switched_off": gettext_lazy("An admin of the team has switched this token off."),
    "too_many": gettext_lazy("You have as many tokens here as one person may have."),
    "unknown": gettext_lazy("You have no such token."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@person_page
def my_tokens(request: HttpRequest, asked: Asked) -> HttpResponse:
    if request.method != "POST":
        return _show(request, asked, OwnForm())
    if asked.team.is_demo:
        raise Refused(403, "team", _("The demo’s team takes no real token."))
    try:
        if request.POST.get("do") == "remove":
            return _remove(request, asked)
        return _give(request, asked)
    except UnreadableFile:
        sentence = _("A token file cannot be read. An admin of the team can mend it.")
        raise Refused(503, "token", sentence) from None


def _give(request: HttpRequest, asked: Asked) -> HttpResponse:
    form = OwnForm(request.POST)
    if not form.is_valid():
        return _show(request, asked, form, 400)
    try:
        row = own.give(asked.team, asked.whose or "", form.cleaned_data["token"])
    except NotTaken as refused:
        form.add_error("token", str(REASONS[refused.reason]))
        return _show(request, asked, form, 400)
    except NothingTaken as refused:
        form.add_error("token", str(refused))
        return _show(request, asked, form, 400)
    checking.ask([row], asked.now)
    messages.info(request, _("Your token is kept, and serves your requests only."))
    return _again(asked)


def _remove(request: HttpRequest, asked: Asked) -> HttpResponse:
    named = request.POST.get("token", "")
    number = int(named) if named.isascii() and named.isdigit() else 0
    try:
        own.remove(asked.team, asked.whose or "", min(number, 2**62))
    except NotTaken as refused:
        raise Refused(404, "token", str(REASONS[refused.reason])) from None
    messages.info(request, _("Your token is out: no request uses it any more."))
    return _again(asked)


def _again(asked: Asked) -> HttpResponse:
    return redirect(reverse("my-tokens") + asked.query())


def _show(
    request: HttpRequest, asked: Asked, form: OwnForm, status: int = 200
) -> HttpResponse:
    rows = pool(asked.team, asked.now, owner=asked.whose or "")
    context = {
        "form": form,
        "email": asked.whose,
        "rows": rows,
        "is_checking": any(row.is_checked_now for row in rows),
    }
    answer = show(request, "dashboard/my_tokens.html", asked, context)
    answer.status_code = status
    return answer
