"""Every page of the product. What lies below `/v1` is answered by `proxy.gateway`."""

from django.contrib import admin
from django.urls import include, path

from config import doors
from proxy import log_views

urlpatterns = [
    path("", doors.front),
    path("health", doors.health),
    path("healthz", doors.health),
    path("readyz", doors.ready),
    path("env-example", doors.env_example),
    path("", include("tokens.urls")),
    path("logs", log_views.requests, name="logs"),
    path("accounts/", include("dashboard.account_urls")),
    path("dashboard/", include("dashboard.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "config.doors.bad_request"
handler403 = "config.doors.forbidden"
handler404 = "config.doors.not_found"
handler500 = "config.doors.server_error"
