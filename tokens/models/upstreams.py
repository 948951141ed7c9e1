"""Where chat requests go, and the pool of tokens they go with."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tokens.crypto import EncryptedField
from tokens.models.teams import Team


class UpstreamQuerySet(models.QuerySet["Upstream"]):
    def usable_by(self, team: Team) -> "UpstreamQuerySet":
        """A team's own upstreams and the global ones."""
        return self.filter(Q(team=team) | Q(team=None))


class Upstream(models.Model):
    class Kind(models.TextChoices):
        STREAMCHAT = "streamchat", _("StreamChat (Connect RPC)")
        UNIFIED = "unified", _("Unified chat (Connect RPC, HTTP/2)")
        OPENAI = "openai", _("OpenAI-compatible server")

    team = models.ForeignKey(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="upstreams",
        help_text="Empty: every team may use it.",
    )
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(
        max_length=20, choices=Kind.choices, default=Kind.STREAMCHAT
    )
    base_url = models.URLField("base URL")
    options = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UpstreamQuerySet] = UpstreamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UpstreamTokenQuerySet(models.QuerySet["UpstreamToken"]):
    def usable_by(self, team: Team) -> "UpstreamTokenQuerySet":
        """Tokens whose owner is the team, at an upstream that the team may use, not
        switched off, not dead and not cooling down."""
        return self.filter(
            Q(upstream__team=team) | Q(upstream__team=None),
            Q(cool_until=None) | Q(cool_until__lte=timezone.now()),
            team=team,
            state=UpstreamToken.State.ACTIVE,
        )


class UpstreamToken(models.Model):
    """One sign-in at an upstream. Its clear text is opened only for a request."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        DISABLED = "disabled", _("Switched off")
        DEAD = "dead", _("Refused by the upstream")

    team = models.ForeignKey(Team, models.CASCADE, related_name="upstream_tokens")
    upstream = models.ForeignKey(Upstream, models.CASCADE, related_name="tokens")
    alias = models.CharField(max_length=200, blank=True)
    secret = EncryptedField()
    fingerprint = models.CharField(
        max_length=64, editable=False, help_text="SHA-256 of the secret."
    )
    machine_id = models.CharField(max_length=64, help_text="64 hex digits.")
    mac_id = models.CharField(max_length=64, blank=True, help_text="64 hex digits.")
    owner_email = models.EmailField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    cool_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Alias and machine's ids as the token files said them last; null: not in them.
    filed = models.JSONField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UpstreamTokenQuerySet] = UpstreamTokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "upstream", "fingerprint"],
                name="upstream_token_once_per_team",
            )
        ]
        indexes = [
            models.Index(
                fields=["team", "state", "last_used_at"], name="upstream_token_turn"
            )
        ]

    def __str__(self) -> str:
        return self.alias or f"token {self.secret}"
