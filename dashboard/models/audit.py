"""The vendor's audit log, billing groups and repo blocklists, as they were read."""

from django.db import models

from dashboard.models.cents import CentsField
from tokens.models import Team


class AuditEvent(models.Model):
    """`data` is as it came, secrets included: only `dashboard/audit_log/told.py` reads
    it for people. `words` is what a search looks in."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="audit_events")
    event_id = models.CharField(max_length=200)
    at = models.DateTimeField(help_text="UTC.")
    day = models.DateField(help_text="UTC.")
    email = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=200)
    ip_address = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    words = models.TextField(blank=True, editable=False)
    payload_hash = models.CharField(max_length=64, editable=False)
    synced_at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "event_id"], name="audit_event_once"
            )
        ]
        # Each ends with what pages of the log are turned by.
        indexes = [
            models.Index(fields=["team", "at", "id"], name="audit_event_time"),
            models.Index(fields=["team", "type", "at", "id"], name="audit_event_type"),
            models.Index(
                fields=["team", "email", "at", "id"], name="audit_event_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} by {self.email}"


class AuditDay(models.Model):
    """How many audit events of a type a UTC day has. `dashboard/rollups/audit.py`
    builds it, and nothing else writes it."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="audit_days", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    type = models.CharField(max_length=200)
    events = models.BigIntegerField()

    class Meta:
        ordering = ["day", "type"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "type"], name="audit_day_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.type}"


class BillingGroup(models.Model):
    """A billing group in one cycle. Cents; the vendor's own numbers."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="billing_groups")
    group_id = models.CharField(max_length=200, help_text="Empty: nobody's group.")
    cycle_start = models.DateTimeField(help_text="UTC.")
    cycle_end = models.DateTimeField(null=True, help_text="UTC.")
    name = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=200, blank=True)
    directory_group_id = models.CharField(max_length=200, blank=True)
    member_count = models.PositiveIntegerField(null=True)
    spend_cents = CentsField(null=True)
    synced_at = models.DateTimeField()
    days_read_at = models.DateTimeField(
        null=True, help_text="Its members' days were last asked for then."
    )

    class Meta:
        ordering = ["-cycle_start", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "group_id", "cycle_start"], name="billing_group_cycle"
            )
        ]

    def __str__(self) -> str:
        return self.name or "Unassigned"


class GroupMembership(models.Model):
    """Who was in a billing group, from when to when, and what it cost. Cents."""

    group = models.ForeignKey(BillingGroup, models.CASCADE, related_name="memberships")
    user_id = models.CharField(max_length=200)
    email = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    spend_cents = CentsField(null=True)
    synced_at = models.DateTimeField()

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user_id", "joined_at"],
                name="group_membership_once",
            ),
            # Two unknown instants are never equal to a database.
            models.UniqueConstraint(
                fields=["group", "user_id"],
                condition=models.Q(joined_at=None),
                name="group_membership_always_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} in {self.group}"


class GroupDay(models.Model):
    """What a billing group, or one person in it, cost on a UTC day, as the vendor last
    said. It keeps few days and corrects them: a day that it no longer names stays here,
    and `earlier_cents` is what it said before. Cents."""

    group = models.ForeignKey(BillingGroup, models.CASCADE, related_name="days")
    user_id = models.CharField(
        max_length=200, blank=True, help_text="Empty: the whole group."
    )
    day = models.DateField(help_text="UTC.")
    spend_cents = CentsField()
    earlier_cents = CentsField(null=True)
    synced_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "user_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user_id", "day"], name="group_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group} on {self.day}"


class BlocklistRepo(models.Model):
    """A repository on the vendor's blocklist; `removed_at` when it is gone from it."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="blocklist_repos")
    remote_id = models.CharField(max_length=200)
    url = models.CharField(max_length=2000)
    patterns = models.JSONField(default=list)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    missing_since = models.DateTimeField(
        null=True, help_text="The list came empty once; a second time means removed."
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["url"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "remote_id"], name="blocklist_repo_once"
            )
        ]

    def __str__(self) -> str:
        return self.url


class BlocklistRevision(models.Model):
    """What a repository's entry was from `at` on. Rows are only ever added."""

    repo = models.ForeignKey(BlocklistRepo, models.CASCADE, related_name="revisions")
    at = models.DateTimeField()
    patterns = models.JSONField(null=True, help_text="Null: it was removed.")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.repo} at {self.at:%Y-%m-%d %H:%M}"
