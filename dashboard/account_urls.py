from django.contrib.auth import views
from django.urls import path, reverse_lazy

from dashboard.views.accounts import SignIn, SignOut, language

urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", SignOut.as_view(), name="logout"),
    path("language/", language, name="language"),
    path(
        "password/",
        views.PasswordChangeView.as_view(
            template_name="accounts/password.html",
            success_url=reverse_lazy("password-changed"),
        ),
        name="password",
    ),
    path(
        "password/changed/",
        views.PasswordChangeDoneView.as_view(
            template_name="accounts/password_changed.html"
        ),
        name="password-changed",
    ),
]
