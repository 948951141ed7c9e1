"""Usage events as the vendor serves them."""

from datetime import UTC, date, datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from dashboard.models.cents import CentsField
from tokens.models import Team


class EventKind(models.TextChoices):
    ON_DEMAND = "on_demand", _("On-demand")
    INCLUDED = "included", _("Included")
    ERRORED = "errored", _("Errored")
    FREE = "free", _("Free")
    OTHER = "other", _("Other")


class UsageEventQuerySet(models.QuerySet["UsageEvent"]):
    def live(self) -> "UsageEventQuerySet":
        """Without the rows that the vendor no longer serves."""
        return self.filter(withdrawn_at=None)

    def withdrawn(self) -> "UsageEventQuerySet":
        return self.exclude(withdrawn_at=None)

    def between(self, team: Team, start: date, end: date) -> "UsageEventQuerySet":
        """Both ends inclusive."""
        return self.filter(team=team, day__gte=start, day__lte=end)


class UsageEvent(models.Model):
    """One event. The vendor gives no id: `fingerprint` and `ordinal` (which of several
    equal ones it is) stand in for it, see dashboard/sync/identity.py."""

    # A tenth of the time to write an event would go into checking its team. Whoever
    # writes events writes their sums in the same transaction, whose teams are checked.
    team = models.ForeignKey(
        Team,
        models.CASCADE,
        related_name="usage_events",
        db_index=False,
        db_constraint=False,
    )
    fingerprint = models.BinaryField(max_length=32)
    ordinal = models.PositiveIntegerField()
    payload_hash = models.BinaryField(max_length=16)
    timestamp_ms = models.BigIntegerField(help_text="Unix milliseconds, UTC.")
    day = models.DateField(help_text="UTC.")
    email = models.CharField(max_length=200, blank=True)
    service_account_id = models.CharField(max_length=200, blank=True)
    service_account_name = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    raw_kind = models.CharField(max_length=200, blank=True)
    max_mode = models.BooleanField(null=True)
    is_token_based_call = models.BooleanField(null=True)
    is_chargeable = models.BooleanField(null=True)
    is_headless = models.BooleanField(null=True)
    is_free_bugbot = models.BooleanField(null=True)
    requests_costs = CentsField(null=True, help_text="Request units.")
    input_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    cache_write_tokens = models.BigIntegerField(null=True)
    cache_read_tokens = models.BigIntegerField(null=True)
    model_cents = CentsField(null=True, help_text="tokenUsage.totalCents.")
    discount_percent = CentsField(null=True)
    charged_cents = CentsField(null=True, help_text="chargedCents; fee inside.")
    token_fee_cents = CentsField(null=True, help_text="Already in charged cents.")
    cost_cents = CentsField(
        null=True, help_text="Charged, else the model's; empty: unpriced."
    )
    conversation_id = models.CharField(max_length=200, blank=True)
    cloud_agent_id = models.CharField(max_length=200, blank=True)
    automation_id = models.CharField(max_length=200, blank=True)
    synced_at = models.DateTimeField(help_text="Last time a sync changed the row.")
    withdrawn_at = models.DateTimeField(
        null=True, help_text="No longer served by the vendor since."
    )

    objects: ClassVar[UsageEventQuerySet] = UsageEventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-timestamp_ms"]
        constraints = [
            models.UniqueConstraint(
                # The time is in the fingerprint already. In front, it keeps new rows
                # side by side in the index and finds the rows of a window.
                fields=["team", "timestamp_ms", "fingerprint", "ordinal"],
                name="usage_event_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["team", "email", "timestamp_ms"], name="usage_event_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} at {self.timestamp_ms}"

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp_ms / 1000, UTC)

    @property
    def tokens(self) -> int | None:
        """All of them; None where the vendor gave none."""
        kinds = (
            self.input_tokens,
            self.output_tokens,
            self.cache_write_tokens,
            self.cache_read_tokens,
        )
        given = [tokens for tokens in kinds if tokens is not None]
        return sum(given) if given else None
