"""The audit log: events are added once; they should never change, but may."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.adminapi.auditlog import AuditRecord
from dashboard.models import AuditEvent
from dashboard.sync.counts import Counts
from dashboard.sync.departures import date_departures
from dashboard.sync.upsert import upsert
from tokens.models import Team

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def save_audit(team: Team, records: Iterable[AuditRecord], now: datetime) -> Counts:
    """By the vendor's id; an event that came with another payload is overwritten."""
    rows = {(record.event_id,): _values(record) for record in records}
    ids = [event_id for (event_id,) in rows]
    counts = upsert(
        AuditEvent.objects.filter(team=team, event_id__in=ids),
        ("event_id",),
        rows,
        new={"team": team},
        on_change={"synced_at": now},
        compare=("payload_hash",),
    )
    date_departures(team)
    return counts


def _values(record: AuditRecord) -> dict[str, Any]:
    values = asdict(record)
    del values["event_id"]
    text = json.dumps(values, sort_keys=True)
    values["payload_hash"] = hashlib.sha256(text.encode()).hexdigest()
    values["at"] = _EPOCH + timedelta(milliseconds=values.pop("at_ms"))
    return values
