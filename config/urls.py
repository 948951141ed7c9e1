"""Every route of the product. `ROUTE_PREFIX` stands before `/v1` only."""

from django.contrib import admin
from django.urls import path

from config import doors

urlpatterns = [
    path("", doors.front),
    path("health", doors.health),
    path("healthz", doors.health),
    path("readyz", doors.ready),
    path("env-example", doors.env_example),
    # accounts
    # dash
    path("admin/", admin.site.urls),
    # v1
]
handler400 = "config.doors.bad_request"
handler403 = "config.doors.forbidden"
handler404 = "config.doors.not_found"
handler500 = "config.doors.server_error"
