"""Routes of the gateway, from `/v1` on; `config.urls` puts ROUTE_PREFIX before them."""

from django.urls import path, re_path

from proxy import views

urlpatterns = [
    path("v1/chat/completions", views.chat_completions),
    path("v1/models", views.models),
    path("v1/models/<path:model_id>", views.model),
    # Everything else, `/v1` itself too: Django would redirect it to `/v1/`.
    re_path(r"^v1(?:/.*)?$", views.unknown),
]
