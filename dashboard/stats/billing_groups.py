"""What the vendor's billing groups cost in a cycle, as the vendor itself counts it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from dashboard.models import BillingGroup, GroupDay, GroupMembership
from tokens.models import Team

Days = dict[date, Decimal]


@dataclass(frozen=True)
class GroupMember:
    """Somebody's time in a group. `cents` of the whole cycle, None where the vendor did
    not say; `days` are those that it told, which may be fewer."""

    email: str
    name: str
    left_at: datetime | None
    cents: Decimal | None
    days: Days = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """`group_id` is empty for what belongs to no group. Exact cents."""

    group_id: str
    name: str
    cents: Decimal | None
    seats: int | None
    days: Days
    members: tuple[GroupMember, ...]


def billing_groups(team: Team, cycle_start: datetime) -> list[Group]:
    """Of the cycle that starts at this instant (`BillingGroup.cycle_start`), by name,
    what belongs to no group last. Empty while they were not read. Three queries."""
    rows = list(BillingGroup.objects.filter(team=team, cycle_start=cycle_start))
    days: dict[tuple[int, str], Days] = {}
    for day in GroupDay.objects.filter(group__in=rows).order_by("day"):
        mine = days.setdefault((day.group_id, day.user_id), {})
        mine[day.day] = day.spend_cents
    members: dict[int, list[GroupMember]] = {}
    for one in GroupMembership.objects.filter(group__in=rows):
        spent = days.get((one.group_id, one.user_id), {})
        person = GroupMember(one.email, one.name, one.left_at, one.spend_cents, spent)
        members.setdefault(one.group_id, []).append(person)
    groups = [
        Group(
            row.group_id,
            row.name,
            row.spend_cents,
            row.member_count,
            days.get((row.pk, ""), {}),
            tuple(members.get(row.pk, ())),
        )
        for row in rows
    ]
    return sorted(groups, key=lambda group: (not group.group_id, group.name))
