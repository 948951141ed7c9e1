"""What the vendor's own billing groups say of a cycle: a second gauge, and the only one
of cycles before the first that was read here."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum, Value

from dashboard.models import BillingGroup, GroupMembership
from dashboard.periods import Cycle
from tokens.models import Team


@dataclass(frozen=True)
class GroupGauge:
    """Exact cents of all groups together and of their people by e-mail, in whichever
    groups they were. What is in no group is a group, too."""

    whole: Decimal
    people: Mapping[str, Decimal]


def group_gauge(team: Team, cycle: Cycle) -> GroupGauge | None:
    """None while no group of the cycle was read. One query."""
    groups = BillingGroup.objects.filter(team=team, cycle_start=cycle.start)
    people = GroupMembership.objects.filter(group__in=groups)
    parts = (
        groups.order_by().values_list(Value(True), Value("")),
        people.order_by().exclude(email="").values_list(Value(False), "email"),
    )
    whole, each = (part.annotate(Sum("spend_cents")) for part in parts)
    sums: dict[bool, dict[str, Decimal]] = {True: {}, False: {}}
    for is_whole, email, cents in whole.union(each, all=True):
        if cents is not None:
            sums[bool(is_whole)][email] = cents
    return GroupGauge(sums[True][""], sums[False]) if sums[True] else None
