"""The audit log: events are added once; they should never change, but may."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from dashboard.adminapi.auditlog import AuditRecord
from dashboard.audit_log.told import words
from dashboard.models import AuditEvent
from dashboard.rollups import rebuild_audit
from dashboard.sync.counts import Counts
from dashboard.sync.departures import date_departures
from dashboard.sync.upsert import upsert
from tokens.models import Team

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def save_audit(team: Team, records: Iterable[AuditRecord], now: datetime) -> Counts:
    """By the vendor's id; an event that came with another payload is overwritten."""
    rows = {(record.event_id,): _values(record) for record in records}
    ids = [event_id for (event_id,) in rows]
    stored = AuditEvent.objects.filter(team=team, event_id__in=ids)
    days = {values["day"] for values in rows.values()} | _days(stored)
    counts = upsert(
        stored,
        ("event_id",),
        rows,
        new={"team": team},
        on_change={"synced_at": now},
        compare=("payload_hash",),
    )
    if counts.written:
        rebuild_audit(team, days)
    date_departures(team)
    return counts


def _values(record: AuditRecord) -> dict[str, Any]:
    values = asdict(record)
    del values["event_id"]
    text = json.dumps(values, sort_keys=True)
    values["payload_hash"] = hashlib.sha256(text.encode()).hexdigest()
    values["at"] = _EPOCH + timedelta(milliseconds=values.pop("at_ms"))
    values["day"] = values["at"].date()
    values["words"] = words(record.email, record.type, record.ip_address, record.data)
    return values


def _days(stored: QuerySet[AuditEvent]) -> set[date]:
    """Those that events lie on by what was said of them before."""
    return set(stored.order_by().values_list("day", flat=True).distinct())
