"""Billing groups of each cycle: the newest answer wins, who left keeps their spend."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dashboard import cycles
from dashboard.adminapi.groups import (
    GroupMemberRecord,
    GroupRecord,
    GroupsReport,
    MemberDays,
)
from dashboard.models import BillingGroup, GroupDay, GroupMembership
from dashboard.models.cents import exact
from dashboard.sync.counts import Counts
from dashboard.sync.departures import date_departures
from dashboard.sync.upsert import upsert
from tokens.models import Team

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def save_groups(team: Team, reports: Iterable[GroupsReport], now: datetime) -> Counts:
    reports = list(reports)
    cycles.keep(team, [at_ms(report.cycle_start_ms) for report in reports], now)
    counts = sum((_save_cycle(team, report, now) for report in reports), Counts())
    date_departures(team)
    return counts


def _save_cycle(team: Team, report: GroupsReport, now: datetime) -> Counts:
    start = at_ms(report.cycle_start_ms)
    mine = BillingGroup.objects.filter(team=team, cycle_start=start)
    rows = {(group.group_id,): _group_values(group, report) for group in report.groups}
    if rows:
        # The vendor counts a deleted group's spend among nobody's group.
        for gone in mine.exclude(group_id__in=[group_id for (group_id,) in rows]):
            rows[(gone.group_id,)] = {"member_count": 0, "spend_cents": None}
    counts = upsert(
        mine,
        ("group_id",),
        rows,
        new={"team": team, "cycle_start": start},
        on_change={"synced_at": now},
        read=len(report.groups),
    )
    groups = {group.group_id: group for group in mine.all()}
    for record in report.groups:
        counts += _save_people(groups[record.group_id], record.members, now)
        whole = MemberDays("", record.days)
        counts += save_days(groups[record.group_id], [whole], now)
    return counts


def save_days(
    group: BillingGroup, records: Iterable[MemberDays], now: datetime
) -> Counts:
    """Days that the vendor no longer names stay. Days outside the group's cycle are
    another cycle's, whatever the answer was asked for."""
    first = group.cycle_start.date()
    last = group.cycle_end.date() if group.cycle_end else date.max
    found = {
        (record.user_id, spent.day): exact(spent.cents)
        for record in records
        for spent in record.days
        if first <= spent.day <= last
    }
    stored = GroupDay.objects.filter(group=group, day__in={day for _, day in found})
    before = {(row.user_id, row.day): row.spend_cents for row in stored}
    rows: dict[tuple[Any, ...], dict[str, Any]] = {
        key: {"spend_cents": cents, "earlier_cents": before.get(key)}
        for key, cents in found.items()
    }
    return upsert(
        stored,
        ("user_id", "day"),
        rows,
        new={"group": group},
        on_change={"synced_at": now},
        compare=("spend_cents",),
    )


def _group_values(record: GroupRecord, report: GroupsReport) -> dict[str, Any]:
    return {
        "cycle_end": _maybe_at(report.cycle_end_ms),
        "name": record.name,
        "type": record.type,
        "directory_group_id": record.directory_group_id,
        "member_count": record.member_count,
        "spend_cents": _cents(record.spend_cents),
    }


def _save_people(
    group: BillingGroup, records: Iterable[GroupMemberRecord], now: datetime
) -> Counts:
    """Rows that are not in the answer stay: those people's spend was billed."""
    stored = GroupMembership.objects.filter(group=group)
    known = {(row.user_id, row.joined_at): row for row in stored}
    rows = {}
    for record in records:
        key = (record.user_id, _maybe_at(record.joined_ms))
        rows[key] = _person_values(record, known.get(key))
    return upsert(
        stored,
        ("user_id", "joined_at"),
        rows,
        new={"group": group},
        on_change={"synced_at": now},
    )


def _person_values(
    record: GroupMemberRecord, known: GroupMembership | None
) -> dict[str, Any]:
    """The vendor blanks people who left; what was known of them is kept."""
    values = {
        "email": record.email,
        "name": record.name,
        "left_at": _maybe_at(record.left_ms),
        "spend_cents": _cents(record.spend_cents),
    }
    if known is not None:
        for name in ("email", "name"):
            values[name] = values[name] or getattr(known, name)
        if values["spend_cents"] is None:
            values["spend_cents"] = known.spend_cents
    return values


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else exact(value)


def at_ms(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def _maybe_at(ms: int | None) -> datetime | None:
    return None if ms is None else at_ms(ms)
