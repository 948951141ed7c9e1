"""Routes of the gateway, from `/v1` on; `config.urls` puts ROUTE_PREFIX before them."""

from django.urls import path, re_path

from proxy import views

urlpatterns = [
    path("v1/chat/completions", views.chat_completions),
    path("v1/models", views.models),
    path("v1/models/<path:model_id>", views.model),
    # Everything else that begins so, line breaks and more slashes too: without a key
    # nobody learns what is there. `/v1` itself would be redirected to `/v1/`.
    re_path(r"^/*v1(?!\w)", views.unknown),
]
