"""How many audit events of each type a UTC day has."""

from collections.abc import Collection
from datetime import date

from dashboard.models import AuditDay, AuditEvent
from dashboard.rollups.derived import Derived
from tokens.models import Team

AUDIT = Derived(
    AuditDay,
    {"day": "s.day", "type": "s.type"},
    {"events": "COUNT(*)"},
    f"{AuditEvent._meta.db_table} s",
)
# An index finds the events of a span of time.
_SPAN = " AND s.at >= %(first_at)s AND s.at < %(after)s"


def rebuild_audit(team: Team, days: Collection[date]) -> None:
    """Afterwards the table holds these UTC days as their events do. Call it in the
    transaction that changed them."""
    if days:
        AUDIT.rebuild(team, days, also=_SPAN)
