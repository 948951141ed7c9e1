"""What the gateway offers, and what it remembers of each request.

Never a word of prompt or answer.
"""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tokens.models import ApiKey, Team, Upstream, UpstreamToken


class GatewayRequestQuerySet(models.QuerySet["GatewayRequest"]):
    def of(
        self, team: Team, start: datetime, end: datetime
    ) -> "GatewayRequestQuerySet":
        """A team's requests that began in `[start, end)`."""
        return self.filter(team=team, started_at__gte=start, started_at__lt=end)


class GatewayRequest(models.Model):
    """One request by an authenticated caller, written when it is over. One that takes
    longer has a row before, so that it is not forgotten if its process dies."""

    class Outcome(models.TextChoices):
        OK = "ok", _("Answered")
        REFUSED = "refused", _("Refused by the gateway")
        FAILED = "failed", _("Failed before any text")
        TRUNCATED = "truncated", _("Broke off in the answer")
        CANCELLED = "cancelled", _("The caller hung up")
        UNDER_WAY = "under_way", _("Under way")
        LOST = "lost", _("Cut off when its process died")

    request_id = models.CharField(max_length=40, unique=True)
    team = models.ForeignKey(
        Team, models.CASCADE, related_name="gateway_requests", db_index=False
    )
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, blank=True)
    caller = models.CharField(max_length=100, help_text="“master”, or the key's id.")
    owner_email = models.EmailField(blank=True)
    upstream_token = models.ForeignKey(
        UpstreamToken, models.SET_NULL, null=True, blank=True
    )
    model = models.CharField(max_length=100, blank=True)
    stream = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(
        help_text="The HTTP status we answered; 0 while, and if, there was none."
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    error_code = models.CharField(max_length=100, blank=True)
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    tokens_estimated = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    first_token_ms = models.PositiveIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField()
    process = models.CharField(
        max_length=40, blank=True, editable=False, help_text="Whose request it is now."
    )

    objects: ClassVar[GatewayRequestQuerySet] = GatewayRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["team", "started_at"], name="gateway_request_by_day"),
            models.Index(
                fields=["team", "owner_email", "started_at"],
                name="gateway_request_by_owner",
            ),
            models.Index(
                fields=["process"],
                condition=models.Q(outcome="under_way"),
                name="gateway_request_under_way",
            ),
        ]

    def __str__(self) -> str:
        return self.request_id

    @property
    def is_bad(self) -> bool:
        return self.outcome not in (self.Outcome.OK, self.Outcome.UNDER_WAY)


class GatewayProcess(models.Model):
    """A web process with requests under way, and when it last said that it lives."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class OfferedModel(models.Model):
    """A model's name and who serves it. Several rows of a name share its requests."""

    class Origin(models.TextChoices):
        DEFAULT = "default", "The default list"
        LISTED = "listed", "The upstream's own list"
        ENTERED = "entered", "Entered by hand"

    name = models.CharField(max_length=200, help_text="What callers ask for.")
    upstream = models.ForeignKey(
        Upstream,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="offered_models",
        help_text="Empty: every upstream of the kinds StreamChat and unified, unless"
        " another row of this name says where it goes.",
    )
    upstream_name = models.CharField(
        max_length=200, blank=True, help_text="Its name there, where it is another."
    )
    owned_by = models.CharField(max_length=100, blank=True)
    enabled = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0, help_text="Place in the list.")
    origin = models.CharField(
        max_length=10, choices=Origin.choices, default=Origin.ENTERED, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "upstream"], name="offered_model_once_per_upstream"
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(upstream=None),
                name="offered_model_once_by_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name
