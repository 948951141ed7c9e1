"""When billing cycles start, and the part of a cycle's first day that belongs to it."""

from django.db import models

from dashboard.models.events import EventKind
from dashboard.models.sums import Sums
from tokens.models import Team


class BillingCycle(models.Model):
    """A billing cycle of a team starts at this instant and ends where the next starts.

    `is_said`: the vendor named the instant; else it is counted by months from one that
    it named. One cycle to come is kept too, so that its sums exist from its first day.
    `first_ms` and `last_ms` are the part of its first UTC day that belongs to it.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="billing_cycles")
    start = models.DateTimeField(help_text="UTC instant.")
    is_said = models.BooleanField()
    first_ms = models.BigIntegerField(help_text="Unix milliseconds, inclusive.")
    last_ms = models.BigIntegerField(help_text="Unix milliseconds, inclusive.")

    class Meta:
        ordering = ["-start"]
        constraints = [
            models.UniqueConstraint(fields=["team", "start"], name="billing_cycle_once")
        ]

    def __str__(self) -> str:
        return f"{self.team}: cycle from {self.start:%Y-%m-%d %H:%M:%S}"


class OpeningSums(Sums):
    """Sums of the live events of a cycle's first UTC day, from the cycle's very start
    to the end of that day. What is before it on that day is the day's own sums less
    these."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="opening_sums", db_index=False
    )
    cycle = models.ForeignKey(BillingCycle, models.CASCADE, related_name="opening_sums")
    day = models.DateField(help_text="UTC.")
    email = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    class Meta:
        verbose_name_plural = "opening sums"
        ordering = ["cycle", "email", "model", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "cycle", "email", "model", "kind"],
                name="opening_sums_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.email} {self.model} {self.kind}"
