"""The audit log in the table: each event once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboard.adminapi.auditlog import AuditRecord
from dashboard.models import AuditEvent
from dashboard.sync.audit import save_audit
from tokens.models import Team

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVENT = AuditRecord(
    event_id="evt_1",
    at_ms=1_795_000_000_123,
    email="ada@example.com",
    type="something_new",
    ip_address="192.0.2.1",
    data={"what": ["ever", 1.5]},
)


def test_an_event_is_added_once(team: Team) -> None:
    assert save_audit(team, [EVENT], NOW).inserted == 1
    assert save_audit(team, [EVENT, EVENT], NOW + HOUR).written == 0
    row = AuditEvent.objects.get()
    assert (row.type, row.data) == ("something_new", {"what": ["ever", 1.5]})
    assert row.at.timestamp() * 1000 == EVENT.at_ms
    assert row.synced_at == NOW


def test_an_event_that_changed_is_overwritten(team: Team) -> None:
    save_audit(team, [EVENT], NOW)
    changed = replace(EVENT, data={"what": "else"})
    assert save_audit(team, [changed], NOW + HOUR).updated == 1
    row = AuditEvent.objects.get()
    assert (row.data, row.synced_at) == ({"what": "else"}, NOW + HOUR)


def test_another_teams_event_of_the_same_id_is_another(team: Team) -> None:
    other = Team.objects.create(slug="other", name="Other")
    save_audit(other, [EVENT], NOW)
    assert save_audit(team, [EVENT], NOW).inserted == 1
