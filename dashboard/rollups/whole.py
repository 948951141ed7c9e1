"""Every table of sums again, from its source."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Model

from dashboard.models import (
    AuditDay,
    AuditEvent,
    DailyUsage,
    TeamDay,
    UsageEvent,
    UsageRollup,
)
from dashboard.rollups.activity import rebuild_activity
from dashboard.rollups.audit import rebuild_audit
from dashboard.rollups.months import refresh_months
from dashboard.rollups.usage import rebuild
from tokens.models import Team


def rebuild_all(team: Team) -> None:
    """Every day that has a source or sums, each in a transaction of its own."""
    for build, tables in (
        (rebuild, (UsageEvent, UsageRollup)),
        (rebuild_activity, (DailyUsage, TeamDay)),
        (rebuild_audit, (AuditEvent, AuditDay)),
    ):
        for day in sorted({day for table in tables for day in _days(team, table)}):
            with transaction.atomic():
                build(team, [day])
    refresh_months(team)


def _days(team: Team, table: type[Model]) -> Iterable[date]:
    found = table._default_manager.filter(team=team).order_by()
    return found.values_list("day", flat=True).distinct()
