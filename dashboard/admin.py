"""The pulled tables on the admin site: to search and to look at, never to edit."""

from django.contrib import admin

from dashboard.audit_log.told import as_json
from dashboard.models import (
    AuditEvent,
    BillingGroup,
    BlocklistRepo,
    BlocklistRevision,
    Capability,
    DailyUsage,
    FieldSeen,
    GroupDay,
    GroupMembership,
    Member,
    QuarantinedRow,
    SpendSnapshot,
    SyncRun,
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


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    list_display = (
        "started_at",
        "stream",
        "team",
        "reason",
        "read",
        "inserted",
        "updated",
        "withdrawn",
        "error",
    )
    list_filter = ("team", "stream", "reason", "started_at")
    search_fields = ("error",)


@admin.register(Capability)
class CapabilityAdmin(ReadOnlyAdmin):
    list_display = ("stream", "team", "state", "sentence", "checked_at")
    list_filter = ("team", "stream", "state")
    search_fields = ("sentence",)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(ReadOnlyAdmin):
    list_display = ("stream", "team", "reason", "first_seen_at", "last_seen_at")
    list_filter = ("team", "stream", "last_seen_at")
    search_fields = ("reason",)


@admin.register(FieldSeen)
class FieldSeenAdmin(ReadOnlyAdmin):
    list_display = (
        "path",
        "stream",
        "team",
        "is_used",
        "first_seen_at",
        "last_seen_at",
        "missing_since",
    )
    list_filter = ("team", "stream", "is_used", "missing_since")
    search_fields = ("path",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "type", "email", "team", "ip_address")
    exclude = ("data",)
    readonly_fields = ("told",)
    list_filter = ("team", "at")
    search_fields = ("email", "type", "event_id")

    @admin.display(description="data")
    def told(self, event: AuditEvent) -> str:
        return as_json(event.data)


@admin.register(BillingGroup)
class BillingGroupAdmin(ReadOnlyAdmin):
    list_display = ("name", "type", "team", "cycle_start", "member_count")
    list_filter = ("team", "cycle_start", "type")
    search_fields = ("name", "group_id")


@admin.register(GroupMembership)
class GroupMembershipAdmin(ReadOnlyAdmin):
    list_select_related = ("group",)
    list_display = ("email", "name", "group", "joined_at", "left_at")
    list_filter = ("group__team",)
    search_fields = ("email", "name", "user_id")


@admin.register(GroupDay)
class GroupDayAdmin(ReadOnlyAdmin):
    list_select_related = ("group",)
    list_display = ("day", "group", "user_id", "spend_cents", "earlier_cents")
    list_filter = ("group__team", "day")
    search_fields = ("group__name", "user_id")


@admin.register(BlocklistRepo)
class BlocklistRepoAdmin(ReadOnlyAdmin):
    list_display = ("url", "team", "first_seen_at", "changed_at", "removed_at")
    list_filter = ("team", ("removed_at", admin.EmptyFieldListFilter))
    search_fields = ("url", "remote_id")


@admin.register(BlocklistRevision)
class BlocklistRevisionAdmin(ReadOnlyAdmin):
    list_select_related = ("repo",)
    list_display = ("repo", "at", "patterns")
    list_filter = ("repo__team", "at")
    search_fields = ("repo__url",)
