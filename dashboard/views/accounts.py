"""Signing in and out, and the language that goes with a person."""

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from dashboard.periods import one_of
from tokens.models import User


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Sets the cookie and goes back to `next`. Raises BadRequest."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise BadRequest(one_of("language", dict(settings.LANGUAGES)))
    if isinstance(request.user, User):
        _keep(request.user, chosen)
    return set_language(request)


class SignIn(views.LoginView):
    """A language that was chosen in this browser is the person's from now on; without
    one the person's comes back. Signing out forgets the browser's."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        chosen = self.request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in dict(settings.LANGUAGES):
            _keep(user, chosen)
        elif user.language:
            remember(response, user.language)
        return response


class SignOut(views.LogoutView):
    def post(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response


def remember(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
    )


def _keep(user: User, language: str) -> None:
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
