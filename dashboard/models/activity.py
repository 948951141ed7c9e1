"""The vendor's daily counters, and the tables of their sums.

`dashboard/rollups/activity.py` builds the sums, and nothing else writes them.
"""

from django.db import models

from dashboard.models.cents import CentsField
from tokens.models import Team


class Counters(models.Model):
    """What the vendor counts of a person and day. `*_reqs` count events, not billed
    units."""

    total_lines_added = models.BigIntegerField(default=0)
    total_lines_deleted = models.BigIntegerField(default=0)
    accepted_lines_added = models.BigIntegerField(default=0)
    accepted_lines_deleted = models.BigIntegerField(default=0)
    total_applies = models.BigIntegerField(default=0)
    total_accepts = models.BigIntegerField(default=0)
    total_rejects = models.BigIntegerField(default=0)
    total_tabs_shown = models.BigIntegerField(default=0)
    total_tabs_accepted = models.BigIntegerField(default=0)
    composer_requests = models.BigIntegerField(default=0)
    chat_requests = models.BigIntegerField(default=0)
    agent_requests = models.BigIntegerField(default=0)
    cmdk_usages = models.BigIntegerField(default=0)
    subscription_included_reqs = models.BigIntegerField(default=0)
    api_key_reqs = models.BigIntegerField(default=0)
    usage_based_reqs = models.BigIntegerField(default=0)
    bugbot_usages = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class TeamDay(Counters):
    """The counters of everybody on a UTC day. `people` have a row, `active` of them
    are active."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="team_days", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    people = models.IntegerField()
    active = models.IntegerField()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["team", "day"], name="team_day_once")
        ]

    def __str__(self) -> str:
        return str(self.day)


class DayFacet(models.Model):
    """How many people a UTC day names with a value: their editor's version, the model
    or the file extension that they used most. Empty values are left out."""

    class Facet(models.TextChoices):
        CLIENT_VERSION = "client_version", "Client version"
        MODEL = "most_used_model", "Most used model"
        APPLY = "apply_most_used_extension", "Most used file extension (applied)"
        TAB = "tab_most_used_extension", "Most used file extension (Tab)"

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="day_facets", db_index=False
    )
    day = models.DateField(help_text="UTC.")
    facet = models.CharField(max_length=30, choices=Facet.choices)
    value = models.CharField(max_length=200)
    people = models.IntegerField()

    class Meta:
        ordering = ["day", "facet", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "facet", "value"], name="day_facet_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.facet} {self.value}"


class PersonMonth(models.Model):
    """What one person did in a calendar month (UTC): usage events of all kinds and the
    vendor's counters in one row. `days` has bit n set when they have events on day
    n + 1, or when the counters call them active on it; `last_active` is the last such
    day. Only of months that stand in `FreshMonth`."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="person_months", db_index=False
    )
    month = models.DateField(help_text="Its first day, UTC.")
    email = models.CharField(max_length=200, blank=True)
    days = models.BigIntegerField()
    last_active = models.DateField(null=True)
    charged_cents = CentsField()
    on_demand_cents = CentsField()
    included_cents = CentsField()
    events = models.BigIntegerField()
    requests_costs = CentsField()
    tokens = models.BigIntegerField()
    accepted_lines_added = models.BigIntegerField()

    class Meta:
        ordering = ["month", "email"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "month", "email"], name="person_month_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.email}"
