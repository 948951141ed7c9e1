"""Daily usage and spend: full answers that overwrite by natural key."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from dashboard import cycles, rollups
from dashboard.adminapi.records import (
    DailyUsageRecord,
    SpendRecord,
    SpendReport,
)
from dashboard.models import DailyUsage, SpendSnapshot
from dashboard.models.cents import exact
from dashboard.sync.counts import Counts
from dashboard.sync.upsert import upsert
from tokens.models import Team


def save_daily(
    team: Team, records: Iterable[DailyUsageRecord], now: datetime
) -> Counts:
    """Overwrite each (person, UTC day); the payload's hash spares equal rows. Inside a
    transaction."""
    rows = {}
    for (email, day), record in _one_a_day(records).items():
        values = asdict(record)
        values |= values.pop("counters")
        del values["email"], values["day"]
        values["payload_hash"] = hashlib.sha256(repr(values).encode()).hexdigest()
        rows[email, day] = values
    days = {day for _, day in rows}
    counts = upsert(
        DailyUsage.objects.filter(team=team, day__in=days),
        ("email", "day"),
        rows,
        new={"team": team},
        on_change={"synced_at": now},
        compare=("payload_hash",),
    )
    if counts.written:
        rollups.rebuild_activity(team, days)
    return counts


def _one_a_day(
    records: Iterable[DailyUsageRecord],
) -> dict[tuple[str, date], DailyUsageRecord]:
    """A person's row that came twice counts once; rows without an e-mail are different
    people, told apart by user id, and add up to the day's unattributed use."""
    people = {(record.email, record.day, record.user_id): record for record in records}
    days: dict[tuple[str, date], DailyUsageRecord] = {}
    for record in people.values():
        key = (record.email, record.day)
        before = days.get(key)
        days[key] = record if before is None or record.email else before.plus(record)
    return days


def save_spend(team: Team, report: SpendReport, now: datetime) -> Counts:
    """Today's reading of each person's gauge; earlier days keep theirs as history."""
    cycle = _cycle_start(team, report, now)
    cycles.keep(team, [] if report.cycle_start_ms is None else [cycle], now)
    key = {"cycle_start": cycle, "captured_day": now.date()}
    people: dict[str, SpendRecord] = {}
    for record in report.records:
        before = people.get(record.email)
        if before is not None and not record.email:
            record = before.plus(record)
        people[record.email] = record
    rows = {(email,): _spend_values(asdict(row)) for email, row in people.items()}
    return upsert(
        SpendSnapshot.objects.filter(team=team, **key),
        ("email",),
        rows,
        new={"team": team, **key},
        on_change={"captured_at": now},
    )


def _cycle_start(team: Team, report: SpendReport, now: datetime) -> datetime:
    """As the vendor says; else the newest that is known, else the calendar month's."""
    if report.cycle_start_ms is not None:
        return datetime.fromtimestamp(report.cycle_start_ms / 1000, UTC)
    known = SpendSnapshot.objects.filter(team=team).order_by("-cycle_start").first()
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return known.cycle_start if known else month


def _spend_values(record: dict[str, Any]) -> dict[str, Any]:
    for name in ("email", "name", "role"):
        del record[name]
    money = ("spend_raw", "on_demand", "included", "total", *_LIMITS)
    return record | {
        name: None if record[name] is None else exact(record[name]) for name in money
    }


_LIMITS = (
    "hard_limit_override_dollars",
    "monthly_limit_dollars",
    "effective_limit_dollars",
)
