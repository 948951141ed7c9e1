"""The admin site's pages for people, teams, callers' keys and what was changed."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tokens import api_keys
from tokens.admin_changes import RecordedAdmin, record, values
from tokens.admin_forms import NewUserForm, TeamForm, UserForm, fixed_for_staff
from tokens.models import (
    ApiKey,
    Attention,
    Change,
    Team,
    TeamRole,
    Upstream,
    User,
)
from tokens.readonly_admin import ReadOnlyAdmin

admin.site.site_header = "Teamgauge admin"
admin.site.site_title = "Teamgauge admin"
admin.site.index_title = "Everything in the tables"
admin.site.site_url = "/dashboard/"
# What people may see is said by team roles alone.
admin.site.unregister(Group)


POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class RolesInline(admin.TabularInline):  # type: ignore[type-arg]
    model = TeamRole
    extra = 0
    autocomplete_fields: ClassVar[list[str]] = ["user", "team"]


@admin.register(User)
class UserAdmin(RecordedAdmin, BaseUserAdmin):  # type: ignore[type-arg]
    """Only superusers say who is staff and who may do what, and only they touch each
    other: everybody else could make themselves one."""

    form = UserForm
    add_form = NewUserForm
    inlines: ClassVar[list[Any]] = [RolesInline]
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "roles__team")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            "May do",
            {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")},
        ),
        ("Times", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "usable_password", "password1", "password2")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        if request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, *POWERS)

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and _may_touch(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and _may_touch(request, obj)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        with transaction.atomic():
            before = self.get_object(request, unquote(id))
            answer = super().user_change_password(request, id, form_url)
            if before:
                after = User.objects.get(pk=before.pk)
                record(request, after, values(before), values(after))
        return answer


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return request.user.is_superuser or user is None or not user.is_superuser


@admin.register(Team)
class TeamAdmin(RecordedAdmin):
    form = TeamForm
    inlines: ClassVar[list[Any]] = [RolesInline]
    list_display = ("name", "slug", "is_demo", "key", "time_zone", "created_at")
    list_filter = ("is_demo",)
    search_fields = ("name", "slug")
    readonly_fields = ("is_demo", "created_at")
    prepopulated_fields: ClassVar[dict[str, Any]] = {"slug": ("name",)}
    formfield_overrides: ClassVar[Any] = {models.URLField: {"assume_scheme": "https"}}

    @admin.display(description="Admin API key", empty_value="–")
    def key(self, team: Team) -> str:
        return str(team.sync_key)

    def get_form(
        self,
        request: HttpRequest,
        obj: Team | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return fixed_for_staff(form, "admin_api_url", request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Team | None = None
    ) -> bool:
        """All of its history would go with it."""
        return False


@admin.register(TeamRole)
class TeamRoleAdmin(RecordedAdmin):
    list_display = ("user", "team", "role")
    list_filter = ("team", "role")
    list_select_related = ("user", "team")
    search_fields = ("user__email", "user__name", "team__name")
    autocomplete_fields: ClassVar[list[str]] = ["user", "team"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys are made by `manage.py create_api_key`, which can show them once."""

    list_display = (
        "__str__",
        "owner_email",
        "team",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("team", ("revoked_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("public_id", "name", "owner_email")
    exclude = ("digest",)
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tokens.change_apikey")

    @admin.action(description="Revoke the selected keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        actor, now = request.user.get_username(), timezone.now()
        done = sum(api_keys.revoke(key, actor=actor, at=now) for key in queryset)
        keys = "1 key" if done == 1 else f"{done} keys"
        self.message_user(request, f"{keys} revoked.", messages.SUCCESS)


@admin.register(Upstream)
class UpstreamAdmin(RecordedAdmin):
    list_display = ("name", "kind", "team", "base_url")
    list_filter = ("kind", "team")
    list_select_related = ("team",)
    search_fields = ("name", "base_url")
    formfield_overrides: ClassVar[Any] = {models.URLField: {"assume_scheme": "https"}}

    def get_form(
        self,
        request: HttpRequest,
        obj: Upstream | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return fixed_for_staff(form, "base_url", request, obj)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "action", "subject", "team", "reason")
    list_filter = ("team", "action", "at")
    search_fields = ("actor", "action", "subject", "reason")


@admin.register(Attention)
class AttentionAdmin(ReadOnlyAdmin):
    list_display = ("since", "kind", "subject", "text", "team", "cleared_at")
    list_filter = ("team", "kind", ("cleared_at", admin.EmptyFieldListFilter), "since")
    search_fields = ("kind", "subject", "text")
