"""The seed's token endpoints, at the root as in the seed."""

from django.urls import path

from tokens.views import api, page

urlpatterns = [
    path("tokeninfo", page.tokeninfo, name="tokeninfo"),
    path("get-tokeninfo", api.get_tokeninfo, name="get-tokeninfo"),
    path("update-tokeninfo", api.update_tokeninfo, name="update-tokeninfo"),
    path("checksum", api.new_checksum),
    path("get-checksum", api.new_checksum),
]
