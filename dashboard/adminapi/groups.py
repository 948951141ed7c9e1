"""Billing groups of one billing cycle, with who was in them and what it cost.

The only answer that tells a cycle's end and past cycles. Money is Decimal cents.
Source: https://cursor.com/docs/account/teams/admin-api (Billing groups)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from dashboard.adminapi import reading
from dashboard.adminapi.errors import Unreadable
from dashboard.adminapi.notes import Notes
from dashboard.adminapi.reading import Json

PATH = "/teams/groups"
Get = Callable[[str], Any]
MEMBERS = ("currentMembers", "formerMembers")


@dataclass(frozen=True)
class DaySpend:
    """Of a UTC day, as far as the vendor counted it by now."""

    day: date
    cents: Decimal

    @classmethod
    def read(cls, row: Json) -> "DaySpend":
        """Raises Unreadable without a day or a sum."""
        cents = reading.number(row, "spendCents")
        if cents is None:
            raise Unreadable("A group's day has no readable “spendCents”.")
        return cls(reading.utc_day(row), cents)


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
    days: tuple[DaySpend, ...] = ()


@dataclass(frozen=True)
class GroupsReport:
    cycle_start_ms: int
    cycle_end_ms: int | None
    groups: tuple[GroupRecord, ...]

    @property
    def has_spend(self) -> bool:
        return any(group.spend_cents for group in self.groups)


@dataclass(frozen=True)
class MemberDays:
    user_id: str
    days: tuple[DaySpend, ...]


def read_cycle(get: Get, notes: Notes, day: date | None = None) -> GroupsReport:
    """The cycle that a day lies in; the running one without a day."""
    answer = get(PATH if day is None else f"{PATH}?{_cycle_of(day)}")
    rows = reading.items(answer, "groups")
    outside, cycle = answer.get("unassignedGroup"), answer.get("billingCycle")
    if not isinstance(cycle, dict):
        raise Unreadable("The answer holds no “billingCycle”.")
    notes.saw_answer(answer)
    if isinstance(outside, dict):
        rows = [*rows, {**outside, "id": None}]
    return GroupsReport(
        cycle_start_ms=reading.instant_ms(cycle, "cycleStart"),
        cycle_end_ms=_instant(cycle, "cycleEnd"),
        groups=tuple(notes.read(rows, lambda row: _group(row, notes))),
    )


def read_days(
    get: Get, notes: Notes, group_id: str, day: date
) -> tuple[MemberDays, ...]:
    """Of the members of one group, in the cycle that a day lies in."""
    answer = get(f"{PATH}/{quote(group_id, safe='')}?{_cycle_of(day)}")
    inner = answer.get("group") if isinstance(answer, dict) else None
    group = inner if isinstance(inner, dict) else answer
    if not isinstance(group, dict):
        raise Unreadable("The answer holds no group.")
    found = []
    for key in MEMBERS:
        rows = reading.parts(group, key)
        found += notes.read(rows, lambda row: _days(row, notes), f"{key}.")
    return tuple(one for one in found if one.user_id)


def _group(row: Json, notes: Notes) -> GroupRecord:
    members: list[GroupMemberRecord] = []
    for key in MEMBERS:
        rows = reading.parts(row, key)
        members += notes.read(rows, GroupMemberRecord.read, f"{key}.")
    days = notes.read(reading.parts(row, "dailySpend"), DaySpend.read, "dailySpend.")
    count = reading.whole(row, "memberCount")
    return GroupRecord(
        group_id=reading.text(row, "id"),
        name=reading.text(row, "name"),
        type=reading.text(row, "type"),
        directory_group_id=reading.text(row, "directoryGroupId"),
        member_count=None if count is None else max(count, 0),
        spend_cents=reading.number(row, "spendCents"),
        members=tuple(members),
        days=tuple(days),
    )


def _days(row: Json, notes: Notes) -> MemberDays:
    spent = reading.parts(row, "dailySpend")
    return MemberDays(
        reading.text(row, "userId") or reading.email(row, "email"),
        tuple(notes.read(spent, DaySpend.read, "currentMembers.dailySpend.")),
    )


def _cycle_of(day: date) -> str:
    return urlencode({"billingCycle": day.isoformat()})


def _instant(row: Json, key: str) -> int | None:
    return None if row.get(key) is None else reading.instant_ms(row, key)
