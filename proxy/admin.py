"""The gateway on the admin site: its requests to look at, its tokens to look after."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from proxy import probe
from proxy.admin_forms import UpstreamTokenForm
from proxy.models import GatewayRequest, OfferedModel
from proxy.speaking import vendor_defaults
from tokens.admin_changes import RecordedAdmin
from tokens.admin_forms import fixed_for_staff
from tokens.models import UpstreamToken
from tokens.readonly_admin import ReadOnlyAdmin


@admin.register(GatewayRequest)
class GatewayRequestAdmin(ReadOnlyAdmin):
    """Records are evidence: nobody adds, changes or deletes one here."""

    list_display = (
        "started_at",
        "team",
        "caller",
        "owner_email",
        "model",
        "status",
        "outcome",
        "prompt_tokens",
        "completion_tokens",
        "duration_ms",
    )
    list_filter = ("team", "outcome", "stream", "model")
    search_fields = ("request_id", "owner_email", "caller", "model", "error_code")
    date_hierarchy = "started_at"


@admin.register(OfferedModel)
class OfferedModelAdmin(RecordedAdmin):
    """What `/v1/models` lists, and which upstream serves it."""

    list_display = ("name", "upstream", "upstream_name", "enabled", "origin")
    list_filter = ("enabled", "origin", "upstream")
    list_editable = ("enabled",)
    list_select_related = ("upstream",)
    search_fields = ("name", "upstream_name")
    fields = ("name", "upstream", "upstream_name", "owned_by", "enabled", "position")


@admin.register(UpstreamToken)
class UpstreamTokenAdmin(RecordedAdmin):
    form = UpstreamTokenForm
    list_display = (
        "__str__",
        "hint",
        "team",
        "upstream",
        "owner_email",
        "state",
        "cool_until",
        "last_used_at",
        "last_error",
    )
    list_filter = ("team", "upstream", "state")
    list_select_related = ("team", "upstream")
    search_fields = ("alias", "owner_email", "last_error")
    readonly_fields = ("hint", "cool_until", "last_used_at", "last_error")
    actions = ["check_now"]

    @admin.display(description="secret")
    def hint(self, token: UpstreamToken) -> str:
        return token.secret.hint() if token.pk else ""

    @admin.action(description="Check now")
    def check_now(
        self, request: HttpRequest, queryset: QuerySet[UpstreamToken]
    ) -> None:
        for token in queryset.select_related("team", "upstream"):
            said = probe.check_token(token, vendor_defaults())
            level = messages.SUCCESS if said.endswith("works.") else messages.ERROR
            self.message_user(request, said, level)

    def get_form(
        self,
        request: HttpRequest,
        obj: UpstreamToken | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return fixed_for_staff(form, "upstream", request, obj)
