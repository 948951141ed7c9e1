"""The pulled tables on the admin site: to search and to look at, never to edit."""

from django.contrib import admin

from dashboard.models import (
    DailyUsage,
    Member,
    SpendSnapshot,
    SyncState,
    SyncWindow,
    UsageEvent,
)
from tokens.readonly_admin import ReadOnlyAdmin


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("email", "name", "role", "team", "first_seen_at", "left_at")
    list_filter = ("team", "role", ("left_at", admin.EmptyFieldListFilter))
    search_fields = ("email", "name", "external_id")


@admin.register(DailyUsage)
class DailyUsageAdmin(ReadOnlyAdmin):
    list_display = (
        "day",
        "email",
        "team",
        "is_active",
        "agent_requests",
        "total_tabs_accepted",
        "client_version",
    )
    list_filter = ("team", "day", "is_active")
    search_fields = ("email",)


@admin.register(SpendSnapshot)
class SpendSnapshotAdmin(ReadOnlyAdmin):
    list_display = (
        "captured_day",
        "email",
        "team",
        "on_demand",
        "included",
        "total",
        "rule",
    )
    list_filter = ("team", "captured_day", "rule")
    search_fields = ("email",)


@admin.register(UsageEvent)
class UsageEventAdmin(ReadOnlyAdmin):
    list_display = ("day", "email", "team", "model", "kind", "cost_cents")
    list_filter = (
        "team",
        "day",
        "kind",
        ("withdrawn_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("email", "model", "conversation_id")


@admin.register(SyncState)
class SyncStateAdmin(ReadOnlyAdmin):
    list_display = (
        "stream",
        "team",
        "due_at",
        "leased_until",
        "succeeded_at",
        "failures",
        "last_error",
    )
    list_filter = ("team", "stream")
    search_fields = ("last_error",)


@admin.register(SyncWindow)
class SyncWindowAdmin(ReadOnlyAdmin):
    list_display = (
        "stream",
        "team",
        "start_ms",
        "end_ms",
        "status",
        "rows",
        "fetched_at",
    )
    list_filter = ("team", "stream", "status", "fetched_at")
    search_fields = ("last_error",)
