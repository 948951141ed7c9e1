"""Keys that callers of the gateway hold."""

from typing import Any

from django.db import models

from tokens.models.teams import Team


def no_models() -> list[Any]:
    return []


class ApiKey(models.Model):
    """`sk-<public id>-<secret>`: only a digest of the secret is kept."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="api_keys")
    public_id = models.CharField(max_length=32, unique=True)
    digest = models.CharField(max_length=64, editable=False)
    name = models.CharField(max_length=200, blank=True)
    owner_email = models.EmailField()
    allowed_models = models.JSONField(
        default=no_models, blank=True, help_text="Empty: every model."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"sk-{self.public_id}-…"
