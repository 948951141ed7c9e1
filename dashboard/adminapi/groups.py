"""Billing groups of one billing cycle, with who was in them and what it cost.

The only answer that tells a cycle's end and past cycles. Money is Decimal cents.
Source: https://cursor.com/docs/account/teams/admin-api (Billing groups)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.adminapi import reading
from dashboard.adminapi.errors import Unreadable
from dashboard.adminapi.reading import Json

PATH = "/teams/groups"
Get = Callable[[str], Any]


@dataclass(frozen=True)
class GroupMemberRecord:
    user_id: str
    email: str
    name: str
    joined_ms: int | None
    left_ms: int | None
    spend_cents: Decimal | None

    @classmethod
    def read(cls, row: Json) -> "GroupMemberRecord":
        email = reading.email(row, "email")
        return cls(
            user_id=reading.text(row, "userId") or email,
            email=email,
            name=reading.text(row, "name"),
            joined_ms=_instant(row, "joinedAt"),
            left_ms=_instant(row, "leftAt"),
            spend_cents=reading.number(row, "spendCents"),
        )


@dataclass(frozen=True)
class GroupRecord:
    """`group_id` is empty for the people who are in no group."""

    group_id: str
    name: str
    type: str
    directory_group_id: str
    member_count: int | None
    spend_cents: Decimal | None
    members: tuple[GroupMemberRecord, ...]

    @classmethod
    def read(cls, row: Json) -> "GroupRecord":
        members = [*_list(row, "currentMembers"), *_list(row, "formerMembers")]
        count = reading.whole(row, "memberCount")
        return cls(
            group_id=reading.text(row, "id"),
            name=reading.text(row, "name"),
            type=reading.text(row, "type"),
            directory_group_id=reading.text(row, "directoryGroupId"),
            member_count=None if count is None else max(count, 0),
            spend_cents=reading.number(row, "spendCents"),
            members=tuple(GroupMemberRecord.read(member) for member in members),
        )


@dataclass(frozen=True)
class GroupsReport:
    cycle_start_ms: int
    cycle_end_ms: int | None
    groups: tuple[GroupRecord, ...]

    @property
    def has_spend(self) -> bool:
        return any(group.spend_cents for group in self.groups)


def read_cycle(get: Get, day: date | None = None) -> GroupsReport:
    """The cycle that a day lies in; the running one without a day."""
    answer = get(PATH if day is None else f"{PATH}?billingCycle={day.isoformat()}")
    rows = reading.items(answer, "groups")
    outside = answer.get("unassignedGroup")
    cycle = answer.get("billingCycle")
    if not isinstance(cycle, dict):
        raise Unreadable("The answer holds no “billingCycle”.")
    groups = [GroupRecord.read(row) for row in rows]
    if isinstance(outside, dict):
        groups.append(GroupRecord.read({**outside, "id": None}))
    return GroupsReport(
        cycle_start_ms=reading.instant_ms(cycle, "cycleStart"),
        cycle_end_ms=_instant(cycle, "cycleEnd"),
        groups=tuple(groups),
    )


def _list(row: Json, key: str) -> list[Json]:
    return reading.items(row, key) if row.get(key) is not None else []


def _instant(row: Json, key: str) -> int | None:
    return None if row.get(key) is None else reading.instant_ms(row, key)
