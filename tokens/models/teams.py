"""A team of the vendor's: where its data comes from."""

from typing import ClassVar

from django.db import models

from tokens.crypto import EncryptedField

DEFAULT_ADMIN_API_URL = "https://api.cursor.com"


class TeamQuerySet(models.QuerySet["Team"]):
    def real(self) -> "TeamQuerySet":
        return self.filter(is_demo=False)

    def default(self) -> "Team | None":
        """The team that is meant where none is named: the oldest real one, else the
        demo's. `AUTH_TOKEN` acts for it."""
        return self.order_by("is_demo", "pk").first()


class Team(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    is_demo = models.BooleanField(
        default=False, help_text="Its data comes from the simulator, not the vendor."
    )
    time_zone = models.CharField(max_length=64, default="UTC")
    seat_cents = models.PositiveIntegerField(
        "Price of a seat", default=4000, help_text="Cents a month; for idle seats."
    )
    admin_api_url = models.URLField("Admin API URL", default=DEFAULT_ADMIN_API_URL)
    sync_key = EncryptedField(
        blank=True, default="", help_text="Admin API key that the sync reads with."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
