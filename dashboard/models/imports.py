"""Usage exports: the days that they brought, and those that are being taken in."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from dashboard.models.cents import CentsField
from tokens.models import Team


class ImportedDay(models.Model):
    """A UTC day of usage events as exports hold it. It never stands for a sync: the
    Admin API is asked for the day all the same."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="imported_days")
    day = models.DateField(help_text="UTC.")
    start_ms = models.BigIntegerField(help_text="First millisecond known, UTC.")
    end_ms = models.BigIntegerField(help_text="Last millisecond known, inclusive.")
    is_personal = models.BooleanField(help_text="Of one person, not of the team.")
    rows = models.PositiveIntegerField(help_text="Of the newest file.")
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["team", "day"], name="imported_day_key")
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.day}"

    @property
    def is_whole(self) -> bool:
        """From midnight to midnight, and of the whole team."""
        is_all_day = self.end_ms - self.start_ms + 1 == 86_400_000
        return is_all_day and not self.is_personal


class UsageImportQuerySet(models.QuerySet["UsageImport"]):
    def at_work(self) -> "UsageImportQuerySet":
        """A worker is to read or import them."""
        states = UsageImport.State.READING, UsageImport.State.IMPORTING
        return self.filter(state__in=states)


class UsageImport(models.Model):
    """An export that somebody handed in: read first, imported when they say so.

    A worker takes it by compare-and-set, as a stream's lease is taken; `stored` names
    the file in the folder of uploads, empty once it is deleted.
    """

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READY = "ready", _("Waits for your word")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")
        REFUSED = "refused", _("Cannot be read")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Not confirmed in time")

    team = models.ForeignKey(Team, models.CASCADE, related_name="usage_imports")
    actor = models.CharField(max_length=254, help_text="E-mail of who handed it in.")
    file_name = models.CharField(max_length=200)
    owner = models.CharField(
        max_length=254,
        blank=True,
        help_text="Whose usage it is, where it names nobody.",
    )
    stored = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(help_text="Bytes.")
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    sentence = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    fence = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveIntegerField(
        default=0, help_text="Workers that took it up since it last got on."
    )
    bytes_read = models.BigIntegerField(default=0)
    days_done = models.PositiveIntegerField(default=0)
    done_until = models.DateField(
        null=True, help_text="The import has committed the file's days up to this one."
    )
    # What is in it.
    rows = models.PositiveIntegerField(default=0)
    days = models.PositiveIntegerField(default=0)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    people = models.PositiveIntegerField(default=0)
    cents = CentsField(null=True)
    unpriced = models.PositiveIntegerField(default=0)
    unattributed = models.PositiveIntegerField(default=0)
    # Rows: what an import would do until it begins, then what it has done.
    inserted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[UsageImportQuerySet] = UsageImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["team", "-created_at"], name="usage_import_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.file_name}"

    def is_held(self, now: datetime) -> bool:
        return self.leased_until is not None and self.leased_until > now

    def is_lost(self, now: datetime) -> bool:
        """Its worker ended in the middle: it holds a lease that ran out."""
        return self.leased_until is not None and self.leased_until <= now
