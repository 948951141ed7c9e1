"""Groups of people that a team keeps here itself: teams, departments, cost centres."""

from django.db import models
from django.db.models import F, Q

from tokens.models import Team


class LocalGroup(models.Model):
    """A group or cost centre. `lead_email` is who may see its people's usage with the
    role of a lead. An archived one keeps its past and takes nobody new.
    Kept charts show its name, and sums follow who is in it: `dashboard/grouping.py`
    makes every change."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="local_groups")
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=50, blank=True, help_text="A cost centre's.")
    lead_email = models.EmailField(blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="local_group_name")
        ]

    def __str__(self) -> str:
        return self.name


class LocalGroupMember(models.Model):
    """Somebody's time in a group, by UTC days, both ends inclusive. A person is in one
    group at a time; what has no group is shown as unassigned."""

    group = models.ForeignKey(LocalGroup, models.CASCADE, related_name="members")
    email = models.CharField(max_length=200)
    first_day = models.DateField(help_text="UTC.")
    last_day = models.DateField(null=True, blank=True, help_text="UTC; empty: open.")

    class Meta:
        ordering = ["email", "first_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "email", "first_day"], name="local_group_member_once"
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="local_group_member_days",
            ),
        ]
        indexes = [models.Index(fields=["email"], name="local_group_member_email")]

    def __str__(self) -> str:
        return f"{self.email} since {self.first_day}"
