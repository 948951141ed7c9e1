"""News that travels upwards as rows: what was changed, and what needs a look."""

from typing import Any

from django.db import models
from django.db.models import Q

from tokens.models.teams import Team


class Change(models.Model):
    """One write by somebody, with who, what and why. Rows are only ever added."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True)
    actor = models.CharField(max_length=254, help_text="E-mail, or a command's name.")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=254)
    reason = models.CharField(max_length=500, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A Change is never edited; add another one.")
        super().save(*args, **kwargs)


class Attention(models.Model):
    """Something that somebody should look at, until `cleared_at`."""

    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=254)
    text = models.CharField(max_length=500)
    since = models.DateTimeField(auto_now_add=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-since"]
        verbose_name_plural = "attentions"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "kind", "subject"],
                condition=Q(cleared_at=None),
                name="one_open_attention",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
