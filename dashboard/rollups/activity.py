"""Sums over the vendor's daily counters."""

from collections.abc import Collection
from datetime import date

from dashboard.models import DailyUsage, DayFacet, FreshMonth, TeamDay
from dashboard.models.activity import Counters
from dashboard.rollups import months
from dashboard.rollups.derived import Derived, days_args, of_days
from dashboard.rollups.versions import changed
from tokens.models import Team

COUNTERS = [field.name for field in Counters._meta.get_fields()]
_DAILY = f"{DailyUsage._meta.db_table} s"
DAYS = Derived(
    TeamDay,
    {"day": "s.day"},
    {
        **{name: f"SUM(s.{name})" for name in COUNTERS},
        "people": "COUNT(NULLIF(s.email, ''))",
        "active": "COUNT(CASE WHEN s.is_active THEN NULLIF(s.email, '') END)",
    },
    _DAILY,
)
FACETS = tuple(
    Derived(
        DayFacet,
        {
            "day": "s.day",
            "facet": f"CAST('{facet}' AS varchar(30))",
            "value": f"s.{facet}",
        },
        {"people": "COUNT(*)"},
        _DAILY,
        f"s.team_id = %(team)s AND s.{facet} <> ''",
    )
    for facet in DayFacet.Facet.values
)


def rebuild_activity(team: Team, days: Collection[date]) -> None:
    """Afterwards the tables hold these UTC days as `DailyUsage` does. Call it in the
    transaction that changed it."""
    if not days:
        return
    changed(team)
    DAYS.rebuild(team, days)
    DayFacet.objects.filter(team=team, day__in=days).delete()
    for facet in FACETS:
        facet.fill(of_days(days), days_args(team, days))
    months.touch(team, FreshMonth.Source.PEOPLE, days)
