"""The door of pages that AUTH_TOKEN opens: for those who are not signed in, or whose
role does not show them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tokens import throttle
from tokens.token_forms import MasterForm
from tokens.views.asker import remember_opened


def door(request: HttpRequest, title: str) -> HttpResponse:
    """200 for a stranger, 403 for somebody who is signed in, 401 for a wrong key, and
    429 for whoever guesses: then not even a good key is looked at."""
    data = request.POST if "auth_token" in request.POST else None
    wait = throttle.take("auth_token", _address(request)) if data else 0
    if wait:
        return _guessing(request, title, wait)
    form = MasterForm(data, auth_token=settings.AUTH_TOKEN)
    if form.is_bound and form.is_valid():
        remember_opened(request)
        return redirect(request.get_full_path())
    stranger = not request.user.is_authenticated
    status = 401 if form.is_bound else 200 if stranger else 403
    context = {"form": form, "title": title}
    return render(request, "tokens/door.html", context, status=status)


def _guessing(request: HttpRequest, title: str, wait: int) -> HttpResponse:
    form = MasterForm(auth_token=settings.AUTH_TOKEN)
    context = {"form": form, "title": title, "wait": wait}
    answer = render(request, "tokens/door.html", context, status=429)
    answer["Retry-After"] = str(wait)
    return answer


def _address(request: HttpRequest) -> str:
    """The peer's, and no header's word, which anybody may write: behind a proxy all
    callers share the tries."""
    return str(request.META.get("REMOTE_ADDR", ""))
