"""What each key can read, what could not be read, and which fields the vendor sends."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from dashboard.models.sync import Stream
from tokens.models import Team


class Capability(models.Model):
    """What a team's key got from one endpoint when it was last asked."""

    class State(models.TextChoices):
        OK = "ok", _("Can be read")
        REFUSED = "refused", _("Not with this key")
        WRONG_KEY = "wrong_key", _("Wrong kind of key")
        GONE = "gone", _("Not there for this account")
        UNKNOWN = "unknown", _("Could not be tried")

    team = models.ForeignKey(Team, models.CASCADE, related_name="capabilities")
    stream = models.CharField(max_length=10, choices=Stream.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    sentence = models.CharField(max_length=500, blank=True)
    checked_at = models.DateTimeField()
    again_at = models.DateTimeField(
        null=True, help_text="To be tried again then; empty: it is known."
    )

    class Meta:
        ordering = ["team", "stream"]
        verbose_name_plural = "capabilities"
        constraints = [
            models.UniqueConstraint(fields=["team", "stream"], name="one_capability")
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.stream} {self.state}"


class QuarantinedRow(models.Model):
    """A row that could not be read, kept as it came. `digest` is the SHA-256 of `raw`:
    the same row that comes again in the same window is the same row here. A list that
    is read whole has the window 0 to 0."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="quarantined_rows")
    stream = models.CharField(max_length=10, choices=Stream.choices)
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    raw = models.TextField(help_text="JSON, as it was served.")
    times = models.PositiveIntegerField(
        default=1, help_text="How many equal rows the window held."
    )
    start_ms = models.BigIntegerField(default=0, help_text="Of the window, UTC.")
    end_ms = models.BigIntegerField(default=0, help_text="Inclusive.")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    cured_at = models.DateTimeField(
        null=True, help_text="When the window first came without it."
    )

    class Meta:
        ordering = ["-last_seen_at"]
        indexes = [
            models.Index(fields=["team", "stream", "end_ms"], name="quarantine_by_end")
        ]

    def __str__(self) -> str:
        return f"{self.stream}: {self.reason}"


class FieldSeen(models.Model):
    """A field path of an endpoint's answer. `is_used`: our numbers rest on it."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="fields_seen")
    stream = models.CharField(max_length=10, choices=Stream.choices)
    path = models.CharField(max_length=200)
    is_used = models.BooleanField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    missing_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["stream", "path"]
        verbose_name_plural = "fields seen"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "stream", "path"], name="field_seen_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stream}: {self.path}"
