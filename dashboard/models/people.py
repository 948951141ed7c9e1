"""What the vendor says of each person: membership, daily counters, spend."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from dashboard.models.activity import Counters
from dashboard.models.cents import CentsField
from tokens.models import Team


class MemberQuerySet(models.QuerySet["Member"]):
    def present(self) -> "MemberQuerySet":
        return self.filter(left_at=None)

    def departed(self) -> "MemberQuerySet":
        return self.exclude(left_at=None)

    def of(self, team: Team) -> "MemberQuerySet":
        return self.filter(team=team)


class Member(models.Model):
    """A person of a team, keyed by normalised e-mail; `email` is the vendor's id while
    the vendor names no e-mail. Never deleted: who is gone keeps the row, with the time
    the list was first seen without them."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    email = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()
    missing_since = models.DateTimeField(
        null=True, help_text="Absent from one clean list; a second one means left."
    )
    left_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    objects: ClassVar[MemberQuerySet] = MemberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(fields=["team", "email"], name="member_per_team")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def has_email(self) -> bool:
        return "@" in self.email


class Membership(models.Model):
    """A span of time in which a person was a member. Who comes back gets another."""

    class Source(models.TextChoices):
        LIST = "list", _("The members' list")
        AUDIT = "audit", _("The audit log")

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    email = models.CharField(max_length=200)
    valid_from = models.DateTimeField(help_text="UTC.")
    valid_to = models.DateTimeField(null=True, help_text="UTC; empty: still there.")
    source = models.CharField(max_length=10, choices=Source.choices)

    class Meta:
        ordering = ["email", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "email", "valid_from"], name="membership_once"
            ),
            models.UniqueConstraint(
                fields=["team", "email"],
                condition=models.Q(valid_to=None),
                name="one_open_membership",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} since {self.valid_from:%Y-%m-%d}"


class DailyUsage(Counters):
    """The vendor's counters of one person and UTC day; the newest answer wins."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="daily_usage")
    email = models.CharField(max_length=200, blank=True)
    day = models.DateField(help_text="UTC.")
    user_id = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField()
    most_used_model = models.CharField(max_length=200, blank=True)
    apply_most_used_extension = models.CharField(max_length=200, blank=True)
    tab_most_used_extension = models.CharField(max_length=200, blank=True)
    client_version = models.CharField(max_length=200, blank=True)
    payload_hash = models.CharField(max_length=64, editable=False)
    synced_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "email"]
        verbose_name_plural = "daily usage"
        constraints = [
            models.UniqueConstraint(
                fields=["team", "email", "day"], name="daily_usage_per_person"
            )
        ]
        indexes = [models.Index(fields=["team", "day"], name="daily_usage_by_day")]

    def __str__(self) -> str:
        return f"{self.email or 'unattributed'} on {self.day}"


class SpendSnapshotQuerySet(models.QuerySet["SpendSnapshot"]):
    def newest_cycle(self, team: Team) -> datetime | None:
        """When the newest cycle that was read starts."""
        newest = self.filter(team=team).order_by("-cycle_start")
        return newest.values_list("cycle_start", flat=True).first()

    def present(self, team: Team, cycle_start: datetime) -> "SpendSnapshotQuerySet":
        """Each person's newest row of a cycle: a gauge is never summed over days."""
        newer = SpendSnapshot.objects.filter(
            team=OuterRef("team"),
            cycle_start=OuterRef("cycle_start"),
            email=OuterRef("email"),
            captured_day__gt=OuterRef("captured_day"),
        )
        return self.filter(~Exists(newer), team=team, cycle_start=cycle_start)


class SpendSnapshot(models.Model):
    """The spend gauge of one person in one billing cycle, as last read on a UTC day.

    The newest row of a cycle is its present value. Cents. `on_demand` and `included`
    are empty where the answer's shape does not tell them apart (`rule` says which
    shape it was).
    """

    class Rule(models.TextChoices):
        OVERALL = "overall", "overallSpendCents given"
        INCLUDED = "included", "includedSpendCents given (old shape)"
        RAW = "raw", "spendCents alone: meaning unknown"

    team = models.ForeignKey(Team, models.CASCADE, related_name="spend_snapshots")
    cycle_start = models.DateTimeField(help_text="UTC instant.")
    email = models.CharField(max_length=200, blank=True)
    captured_day = models.DateField(help_text="UTC.")
    captured_at = models.DateTimeField()
    user_id = models.CharField(max_length=200, blank=True)
    spend_raw = CentsField(null=True)
    on_demand = CentsField(null=True)
    included = CentsField(null=True)
    total = CentsField(null=True)
    rule = models.CharField(max_length=10, choices=Rule.choices)
    fast_premium_requests = models.BigIntegerField(null=True)
    hard_limit_override_dollars = CentsField(null=True)
    monthly_limit_dollars = CentsField(null=True)
    effective_limit_dollars = CentsField(null=True)

    objects: ClassVar[SpendSnapshotQuerySet] = SpendSnapshotQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-captured_day", "email"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "cycle_start", "email", "captured_day"],
                name="spend_snapshot_per_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email or 'unattributed'} on {self.captured_day}"
