"""The gateway on the admin site: its requests to look at, its tokens to look after."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from proxy import listing
from proxy.admin_forms import EDITED, UpstreamTokenForm
from proxy.models import GatewayRequest, OfferedModel
from proxy.speaking import vendor_defaults
from tokens import checking, pool
from tokens.admin import UpstreamAdmin
from tokens.admin_changes import RecordedAdmin, stored, values
from tokens.admin_forms import fixed_for_staff
from tokens.models import Upstream, UpstreamToken
from tokens.poolstore import health_of
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

    def save_model(
        self, request: HttpRequest, obj: Model, form: Any, change: bool
    ) -> None:
        """What a person changed is theirs: no list takes it away again."""
        if isinstance(obj, OfferedModel) and obj.origin == OfferedModel.Origin.LISTED:
            obj.origin = OfferedModel.Origin.ENTERED
        super().save_model(request, obj, form, change)


admin.site.unregister(Upstream)


@admin.register(Upstream)
class ListingUpstreamAdmin(UpstreamAdmin):
    """Here and not below, because asking needs the upstreams."""

    actions = ("refresh_models",)

    @admin.action(description="Ask for its list of models now")
    def refresh_models(
        self, request: HttpRequest, queryset: QuerySet[Upstream]
    ) -> None:
        for upstream in queryset:
            self.message_user(request, listing.refresh(upstream, vendor_defaults()))


@admin.register(UpstreamToken)
class UpstreamTokenAdmin(RecordedAdmin):
    form = UpstreamTokenForm
    list_display = (
        "__str__",
        "hint",
        "team",
        "upstream",
        "owner_email",
        "shared",
        "weight",
        "state",
        "phase",
        "cool_until",
        "expires_at",
        "last_used_at",
        "last_error",
    )
    list_filter = ("team", "upstream", "state", "shared")
    list_select_related = ("team", "upstream")
    search_fields = ("alias", "owner_email", "last_error")
    readonly_fields = (
        "hint",
        "phase",
        "cause",
        "strikes",
        "cool_until",
        "models_out",
        "expires_at",
        "checked_at",
        "last_used_at",
        "last_error",
    )
    actions = ["check_now"]

    @admin.display(description="secret")
    def hint(self, token: UpstreamToken) -> str:
        return token.secret.hint() if token.pk else ""

    @admin.display(description="health")
    def phase(self, token: UpstreamToken) -> str:
        return health_of(token).phase(timezone.now()) if token.pk else ""

    @admin.action(description="Check now")
    def check_now(
        self, request: HttpRequest, queryset: QuerySet[UpstreamToken]
    ) -> None:
        checking.ask(queryset, timezone.now())
        self.message_user(request, "The check is under way; look again in a moment.")

    def save_model(
        self, request: HttpRequest, obj: Model, form: Any, change: bool
    ) -> None:
        """A new secret, and one that a person lets in again, begin anew."""
        assert isinstance(obj, UpstreamToken)
        if not change:
            super().save_model(request, obj, form, change)
            return
        form.values_before = values(stored(obj))
        obj.save(update_fields=EDITED)
        let_in = "state" in form.changed_data and obj.state == obj.State.ACTIVE
        if let_in or form.cleaned_data["new_secret"]:
            pool.revive(obj)

    def get_form(
        self,
        request: HttpRequest,
        obj: UpstreamToken | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return fixed_for_staff(form, "upstream", request, obj)
