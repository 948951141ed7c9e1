"""What is to be synced, by whom it is being done, and how far it got."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from dashboard.models.cents import CentsField
from tokens.models import Team


class Stream(models.TextChoices):
    """One kind of pulled data. The order is the order of a sync."""

    MEMBERS = "members", _("Members")
    SPEND = "spend", _("Spend")
    EVENTS = "events", _("Usage events")
    DAILY = "daily", _("Daily usage")
    BLOCKLISTS = "blocklists", _("Repo blocklists")
    AUDIT = "audit", _("Audit log")
    GROUPS = "groups", _("Billing groups")


class SyncState(models.Model):
    """One stream of one team: when it is due, who holds it, how the last try went.

    A worker takes the lease by compare-and-set and gets a higher `fence`; whatever it
    commits later checks that the fence is still its own, so a worker that was thought
    dead cannot write over its successor.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="sync_states")
    stream = models.CharField(max_length=10, choices=Stream.choices)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    fence = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    windows_done = models.PositiveIntegerField(default=0)
    windows_total = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(
        default=0, help_text="Tries in a row that failed."
    )
    last_error = models.CharField(max_length=500, blank=True)
    floor_day = models.DateField(
        null=True, help_text="The backfill was asked to go back to this UTC day."
    )
    asked_at = models.DateTimeField(
        null=True, help_text="When somebody last asked for a sync of the stream."
    )
    history_from = models.DateField(
        null=True, help_text="The vendor refuses UTC days before this one."
    )
    backfill_at = models.DateTimeField(
        null=True, help_text="When the backfill goes on; empty: nothing is missing."
    )

    class Meta:
        ordering = ["team", "stream"]
        constraints = [
            models.UniqueConstraint(fields=["team", "stream"], name="one_sync_state")
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.stream}"


class SyncWindowQuerySet(models.QuerySet["SyncWindow"]):
    def done(self) -> "SyncWindowQuerySet":
        return self.filter(status=SyncWindow.Status.DONE)


class SyncWindow(models.Model):
    """A closed span of time of one stream, as it was last fetched whole."""

    class Status(models.TextChoices):
        DONE = "done", _("Complete")
        FAILED = "failed", _("Failed")

    team = models.ForeignKey(Team, models.CASCADE, related_name="sync_windows")
    stream = models.CharField(max_length=10, choices=Stream.choices)
    start_ms = models.BigIntegerField(help_text="First millisecond, UTC.")
    end_ms = models.BigIntegerField(help_text="Last millisecond, inclusive.")
    status = models.CharField(max_length=10, choices=Status.choices)
    rows = models.PositiveIntegerField(default=0)
    announced = models.PositiveIntegerField(null=True)
    charged_cents = CentsField(null=True)
    quarantined = models.PositiveIntegerField(default=0)
    page_hashes = models.BinaryField(
        default=b"", help_text="BLAKE2b-128 of each page, one after the other."
    )
    attempts = models.PositiveIntegerField(default=0)
    fetched_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True)

    objects: ClassVar[SyncWindowQuerySet] = SyncWindowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-end_ms"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "stream", "start_ms", "end_ms"], name="sync_window_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.stream} {self.start_ms}–{self.end_ms}"


class SyncRun(models.Model):
    """One round of one stream, for the sync page. Counts are rows."""

    class Reason(models.TextChoices):
        USER = "user", _("Asked for")
        SCHEDULE = "schedule", _("On schedule")
        BACKFILL = "backfill", _("Backfill")
        COMMAND = "command", _("Command line")
        IMPORT = "import", _("CSV import")
        DEMO = "demo", _("Demo data")

    team = models.ForeignKey(Team, models.CASCADE, related_name="sync_runs")
    stream = models.CharField(max_length=10, choices=Stream.choices)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    windows_done = models.PositiveIntegerField(default=0)
    windows_failed = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    inserted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    spared = models.PositiveIntegerField(
        default=0, help_text="Known rows that may be among the quarantined ones."
    )
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["team", "-started_at"], name="sync_run_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.stream} at {self.started_at:%Y-%m-%d %H:%M}"
