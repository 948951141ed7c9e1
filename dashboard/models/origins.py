"""Where requests come from: somebody in the editor, or what runs by itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from dashboard.models.events import EventKind
from dashboard.models.sums import Sums
from tokens.models import Team


class Origin(models.TextChoices):
    """Of several that an event names, the first. What names none is the editor's."""

    SERVICE_ACCOUNT = "service_account", _("Service accounts")
    AUTOMATION = "automation", _("Automations")
    CLOUD_AGENT = "cloud_agent", _("Cloud agents")
    BUGBOT = "bugbot", _("Bugbot")
    HEADLESS = "headless", _("Headless agents")
    EDITOR = "editor", _("The editor")


_MARKS = {
    Origin.SERVICE_ACCOUNT: "(service_account_id <> '' OR service_account_name <> '')",
    Origin.AUTOMATION: "automation_id <> ''",
    Origin.CLOUD_AGENT: "cloud_agent_id <> ''",
    Origin.BUGBOT: "is_free_bugbot",
    Origin.HEADLESS: "is_headless",
}
# SQL over the table of events.
IS_AUTOMATED = f"({' OR '.join(_MARKS.values())})"
_CASES = " ".join(f"WHEN {mark} THEN '{name}'" for name, mark in _MARKS.items())
ORIGIN = f"CASE {_CASES} ELSE '{Origin.EDITOR}' END"
NAME = "COALESCE(NULLIF(service_account_name, ''), service_account_id)"


class DayOrigin(Sums):
    """Sums of a UTC day by origin, and by name of the service account; of what does not
    come from the editor, which is the rest of all."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="day_origins", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    origin = models.CharField(max_length=20, choices=Origin.choices)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    class Meta:
        ordering = ["day", "origin", "name", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "origin", "name", "kind"], name="day_origin_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.origin} {self.name} {self.kind}"
