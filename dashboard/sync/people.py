"""Daily usage and spend: full answers that overwrite by natural key."""

import hashlib
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
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
from dashboard.sync.naming import named, one_each
from dashboard.sync.upsert import upsert
from tokens.models import Team


def save_daily(
    team: Team,
    records: Collection[DailyUsageRecord],
    now: datetime,
    *,
    is_whole: bool = True,
) -> Counts:
    """Overwrite each (person, UTC day); the payload's hash spares equal rows. Inside a
    transaction. Without `is_whole` (some row could not be read) nothing is missed."""
    one_a_day = one_each(
        named(team, records), lambda r: (r.email, r.day), DailyUsageRecord.plus
    )
    days = {day for _, day in one_a_day}
    stored = DailyUsage.objects.filter(team=team, day__in=days)
    nobody = stored.filter(email="") if is_whole else stored.none()
    for day in nobody.values_list("day", flat=True):
        # Whose use it was has become known: nobody's share is nothing now.
        one_a_day.setdefault(("", day), DailyUsageRecord.nothing(day))
    counts = upsert(
        stored,
        ("email", "day"),
        {key: _daily_values(record) for key, record in one_a_day.items()},
        new={"team": team},
        on_change={"synced_at": now},
        compare=("payload_hash",),
    )
    if counts.written:
        rollups.rebuild_activity(team, days)
    return counts


def _daily_values(record: DailyUsageRecord) -> dict[str, Any]:
    values = asdict(record)
    values |= values.pop("counters")
    del values["email"], values["day"]
    values["payload_hash"] = hashlib.sha256(repr(values).encode()).hexdigest()
    return values


def save_spend(
    team: Team, report: SpendReport, now: datetime, *, is_whole: bool = True
) -> Counts:
    """Today's reading of each person's gauge; earlier days keep theirs as history.
    Inside a transaction. `is_whole` as for daily usage."""
    cycle = _cycle_start(team, report, now)
    cycles.keep(team, [] if report.cycle_start_ms is None else [cycle], now)
    key = {"cycle_start": cycle, "captured_day": now.date()}
    people = one_each(named(team, report.records), lambda r: r.email, SpendRecord.plus)
    if is_whole and "" not in people and _nobody_has_spend(team, cycle):
        people[""] = SpendRecord.nothing()
    rows = {(email,): _spend_values(asdict(row)) for email, row in people.items()}
    return upsert(
        SpendSnapshot.objects.filter(team=team, **key),
        ("email",),
        rows,
        new={"team": team, **key},
        on_change={"captured_at": now},
    )


def _nobody_has_spend(team: Team, cycle: datetime) -> bool:
    """A gauge stays until it is read again, and nobody's is in no list by itself."""
    newest = SpendSnapshot.objects.present(team, cycle).filter(email="").first()
    return newest is not None and any((newest.spend_raw, newest.total))


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
