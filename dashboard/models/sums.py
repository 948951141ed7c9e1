"""Tables of sums over live events: what pages and charts read instead of the events.

`dashboard/rollups/` builds them, and nothing else writes here. Cents and request units
are exact; days and months are UTC.
"""

from datetime import date
from typing import ClassVar

from django.db import models

from dashboard.models.cents import CentsField
from dashboard.models.events import EventKind
from dashboard.models.groups import LocalGroup
from tokens.models import Team


class UsageRollupQuerySet(models.QuerySet["UsageRollup"]):
    def between(self, team: Team, start: date, end: date) -> "UsageRollupQuerySet":
        """Both ends inclusive."""
        return self.filter(team=team, day__gte=start, day__lte=end)


class Sums(models.Model):
    """What is summed over events, in each table of sums."""

    events = models.BigIntegerField()
    unpriced_events = models.BigIntegerField()
    charged_cents = CentsField()
    requests_costs = CentsField()
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    cache_write_tokens = models.BigIntegerField()
    cache_read_tokens = models.BigIntegerField()

    class Meta:
        abstract = True


class UsageRollup(Sums):
    """Sums of one UTC day, person, model and kind: the finest, all others follow."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="usage_rollups", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    email = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    objects: ClassVar[UsageRollupQuerySet] = UsageRollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["day", "email", "model", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "email", "model", "kind"],
                name="usage_rollup_key",
            )
        ]
        indexes = [
            models.Index(fields=["team", "email", "day"], name="usage_rollup_person")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.email} {self.model} {self.kind}"


class DayModel(Sums):
    """Sums of a UTC day by model and kind: a year of them is a few thousand rows."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="day_models", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    class Meta:
        ordering = ["day", "model", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "model", "kind"], name="day_model_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.model} {self.kind}"


class DayPerson(Sums):
    """Sums of a UTC day by person and kind."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="day_people", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    email = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    class Meta:
        ordering = ["day", "email", "kind"]
        verbose_name_plural = "day people"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "email", "kind"], name="day_person_key"
            )
        ]
        indexes = [
            models.Index(fields=["team", "email", "day"], name="day_person_person")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.email} {self.kind}"


class DayGroup(Sums):
    """Sums of a UTC day by local group, model and kind. A person counts to the group
    that they are in on that day; who is in none is in no row."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="day_groups", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    group = models.ForeignKey(LocalGroup, models.CASCADE, related_name="days")
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    class Meta:
        ordering = ["day", "group", "model", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "group", "model", "kind"], name="day_group_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.group_id} {self.model} {self.kind}"


class QuarterHour(models.Model):
    """Events and cents of fifteen minutes: fine enough for every time zone. `quarter`
    is the Unix time in quarters of an hour, UTC."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="quarter_hours", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    quarter = models.BigIntegerField()
    events = models.BigIntegerField()
    charged_cents = CentsField()

    class Meta:
        ordering = ["day", "quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "quarter"], name="quarter_hour_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.quarter}"


class MonthRollup(Sums):
    """Sums of a calendar month (UTC) by person, model and kind. Only of months that
    stand in `FreshMonth`."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="month_rollups", db_index=False
    )
    month = models.DateField(help_text="Its first day, UTC.")
    email = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    class Meta:
        ordering = ["month", "email", "model", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "month", "email", "model", "kind"],
                name="month_rollup_key",
            )
        ]
        indexes = [
            models.Index(fields=["team", "email", "month"], name="month_rollup_person")
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.email} {self.model} {self.kind}"


class MonthPerson(Sums):
    """Sums of a calendar month (UTC) by person and kind. Only of months that stand in
    `FreshMonth`."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="month_people", db_index=False
    )
    month = models.DateField(help_text="Its first day, UTC.")
    email = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    class Meta:
        ordering = ["month", "email", "kind"]
        verbose_name_plural = "month people"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "month", "email", "kind"], name="month_person_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.email} {self.kind}"


class MonthGroup(Sums):
    """Sums of a calendar month (UTC) by local group, model and kind. Only of months
    that stand in `FreshMonth`."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="month_groups", db_index=False
    )
    month = models.DateField(help_text="Its first day, UTC.")
    group = models.ForeignKey(LocalGroup, models.CASCADE, related_name="months")
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=EventKind.choices)

    class Meta:
        ordering = ["month", "group", "model", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "month", "group", "model", "kind"],
                name="month_group_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.group_id} {self.model} {self.kind}"


class FreshMonth(models.Model):
    """A month whose tables equal its days. A sync that touches a day removes the row
    in its own transaction; readers then sum the days until the month is built again.
    What a person did in a month follows from both streams."""

    class Source(models.TextChoices):
        EVENTS = "events", "Usage events"
        PEOPLE = "people", "Usage events and daily usage"

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="fresh_months", db_index=False
    )
    source = models.CharField(max_length=10, choices=Source.choices)
    month = models.DateField(help_text="Its first day, UTC.")

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "source", "month"], name="fresh_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.month}"


class DataVersion(models.Model):
    """Grows with everything that changes a number on a page: the key of what is kept
    of earlier answers. Its row is also the lock between the day and the month tables.
    """

    team = models.OneToOneField(Team, models.CASCADE, related_name="data_version")
    number = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.number)
