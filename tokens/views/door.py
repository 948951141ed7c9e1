"""The door of pages that AUTH_TOKEN opens: for those who are not signed in, or whose
role does not show them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tokens.token_forms import MasterForm
from tokens.views.asker import remember_opened


def door(request: HttpRequest, title: str) -> HttpResponse:
    """200 for a stranger, 403 for somebody who is signed in, 401 for a wrong key."""
    data = request.POST if "auth_token" in request.POST else None
    form = MasterForm(data, auth_token=settings.AUTH_TOKEN)
    if form.is_bound and form.is_valid():
        remember_opened(request)
        return redirect(request.get_full_path())
    stranger = not request.user.is_authenticated
    status = 401 if form.is_bound else 200 if stranger else 403
    context = {"form": form, "title": title}
    return render(request, "tokens/door.html", context, status=status)
