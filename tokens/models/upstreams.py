"""Where chat requests go, and the pool of tokens they go with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tokens.crypto import EncryptedField, Secret, SecretUnreadable
from tokens.jwt import expiry
from tokens.models.teams import Team


class UpstreamQuerySet(models.QuerySet["Upstream"]):
    def usable_by(self, team: Team) -> "UpstreamQuerySet":
        """A team's own upstreams and the global ones."""
        return self.filter(Q(team=team) | Q(team=None))

    def made_as(self, origin: str, name: str, **defaults: Any) -> "Upstream":
        """The row of this origin, whatever somebody calls it by now; else the one of
        this name, which is made when there is none."""
        if found := self.filter(origin=origin).first():
            return found
        row, _ = self.get_or_create(name=name, defaults=defaults)
        row.origin = origin
        row.save(update_fields=["origin"])
        return row


class Upstream(models.Model):
    class Kind(models.TextChoices):
        STREAMCHAT = "streamchat", _("StreamChat (Connect RPC)")
        UNIFIED = "unified", _("Unified chat (Connect RPC, HTTP/2)")
        OPENAI = "openai", _("OpenAI-compatible server")

    class Origin(models.TextChoices):
        """Those that setup makes; a person's own has none."""

        VENDOR = "vendor"
        DEMO = "demo"

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
    origin = models.CharField(
        max_length=10,
        choices=Origin.choices,
        unique=True,
        null=True,
        blank=True,
        editable=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UpstreamQuerySet] = UpstreamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UpstreamTokenQuerySet(models.QuerySet["UpstreamToken"]):
    def in_pool_of(self, team_id: int) -> "UpstreamTokenQuerySet":
        """A team's tokens at upstreams that it may use, but for those that somebody
        switched off."""
        return self.filter(
            Q(upstream__team=team_id) | Q(upstream__team=None), team=team_id
        ).exclude(state=UpstreamToken.State.DISABLED)


class UpstreamToken(models.Model):
    """One sign-in at an upstream. Its clear text is opened only for a request.

    `tokens.health` says what the columns from `state` to `models_out` mean together;
    they are written by compare-and-set on `health_version` only.
    """

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
    shared = models.BooleanField(
        "shared with the team",
        default=False,
        help_text="Off: only its owner's requests use it. A token without an owner "
        "serves everybody.",
    )
    weight = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text="A token of weight 2 is given twice as many requests at a time.",
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    cause = models.CharField(max_length=10, blank=True, editable=False)
    strikes = models.PositiveIntegerField(default=0, editable=False)
    cooled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cool_until = models.DateTimeField(null=True, blank=True, editable=False)
    probe_until = models.DateTimeField(null=True, blank=True, editable=False)
    models_out = models.JSONField(default=dict, blank=True, editable=False)
    health_version = models.PositiveIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="As the token itself says."
    )
    check_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it is due for a check."
    )
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)
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

    def __str__(self) -> str:
        return self.alias or f"token {self.secret}"

    def save(
        self, *args: Any, update_fields: Iterable[str] | None = None, **rest: Any
    ) -> None:
        """The expiry is the secret's own word, so it changes with it."""
        if update_fields is None or "secret" in update_fields:
            self.expires_at = self._expiry()
            update_fields = update_fields and {*update_fields, "expires_at"}
        super().save(*args, update_fields=update_fields, **rest)

    def _expiry(self) -> datetime | None:
        given = self.secret
        secret = given if isinstance(given, Secret) else Secret(given)
        try:
            return expiry(secret.reveal())
        except SecretUnreadable:
            return self.expires_at


class TokenLoad(models.Model):
    """How many requests one process has under way with a token, by its own count.

    The count is absolute, so a lost or repeated write does no harm; a row that is not
    written again within a few seconds is that of a process that is gone.
    """

    token = models.ForeignKey(UpstreamToken, models.CASCADE, related_name="loads")
    process = models.CharField(max_length=40)
    in_flight = models.PositiveIntegerField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["token", "process"], name="one_load_per_process"
            )
        ]

    def __str__(self) -> str:
        return f"{self.in_flight} by {self.process}"
