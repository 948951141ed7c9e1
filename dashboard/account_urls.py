from django.contrib.auth import views
from django.urls import path, reverse_lazy

urlpatterns = [
    path(
        "login/",
        views.LoginView.as_view(
            template_name="accounts/login.html", redirect_authenticated_user=True
        ),
        name="login",
    ),
    path("logout/", views.LogoutView.as_view(), name="logout"),
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
