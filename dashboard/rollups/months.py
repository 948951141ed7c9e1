"""Sums of whole calendar months, built from the days a moment after them.

A backfill touches each day of a month: building the month with each would cost more
than the day. So a touched month only loses its place in `FreshMonth`, and is built
when the round of the sync is over.
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

from django.db import connection, transaction
from django.db.models import Model
from django.db.models.functions import TruncMonth

from dashboard.models import (
    DailyUsage,
    DataVersion,
    DayGroup,
    DayModel,
    DayPerson,
    FreshMonth,
    MonthActivity,
    MonthGroup,
    MonthPerson,
    MonthRollup,
    TeamDay,
    UsageRollup,
)
from dashboard.models.activity import Counters
from dashboard.rollups.derived import Derived, groups_args, of_groups
from dashboard.rollups.versions import changed
from tokens.models import Team

COUNTERS = [field.name for field in Counters._meta.get_fields()]
_MEASURES = (
    "events",
    "unpriced_events",
    "charged_cents",
    "requests_costs",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
)
_OF_A_GROUP = ("group_id", "model", "kind")
# From the first of a month into the next one.
A_MONTH = timedelta(days=31)
_MONTH = " AND s.day >= %(month)s AND s.day < %(next)s"


@cache
def tables(source: str) -> tuple[Derived, ...]:
    """The month tables that are made from a source's days."""
    month, bit = _month(), _bit()
    if source == FreshMonth.Source.DAILY:
        sums = {name: f"SUM(s.{name})" for name in COUNTERS}
        active = {"days": _whole(f"SUM(CASE WHEN s.is_active THEN {bit} ELSE 0 END)")}
        keys = {"month": month, "email": "s.email"}
        return (Derived(MonthActivity, keys, sums | active, _from(DailyUsage)),)
    sums = {name: f"SUM(s.{name})" for name in _MEASURES}
    person = {"month": month, "email": "s.email", "kind": "s.kind"}
    model = {**person, "model": "s.model"}
    used = {"days": _whole(f"SUM({bit})")}
    return (
        Derived(MonthRollup, model, sums, _from(UsageRollup)),
        Derived(MonthPerson, person, sums | used, _from(DayPerson)),
        _groups(),
    )


def _groups() -> Derived:
    sums = {name: f"SUM(s.{name})" for name in _MEASURES}
    keys = {"month": _month(), **{name: f"s.{name}" for name in _OF_A_GROUP}}
    return Derived(MonthGroup, keys, sums, _from(DayGroup))


def fresh(source: FreshMonth.Source) -> str:
    """SQL: the months of which the sums are said to be there."""
    return (
        f"(SELECT f.month FROM {FreshMonth._meta.db_table} f "
        f"WHERE f.team_id = %(team)s AND f.source = '{source}')"
    )


def touch(team: Team, source: FreshMonth.Source, days: Collection[date]) -> None:
    """In the transaction that changes these days."""
    months = {day.replace(day=1) for day in days}
    FreshMonth.objects.filter(team=team, source=source, month__in=months).delete()


def rebuild_groups(
    team: Team, groups: Collection[int], first: date, last: date
) -> None:
    """In the transaction that changed these days of the groups: the months that are
    fresh still are."""
    start = first.replace(day=1)
    old = MonthGroup.objects.filter(team=team, group__in=groups)
    old.filter(month__gte=start, month__lte=last).delete()
    table, adapt = _groups(), connection.ops.adapt_datefield_value
    month = table.keys["month"]
    span = {"first": adapt(start), "last": adapt(last)}
    table.fill(
        f" AND s.day >= %(first)s AND {month} <= %(last)s "
        f"AND {month} IN {fresh(FreshMonth.Source.EVENTS)}"
        + of_groups("s.group_id", groups),
        {"team": team.pk} | span | groups_args(groups),
    )


def refresh_months(team: Team) -> int:
    """Build every month that is not fresh, each in a transaction; how many."""
    built = 0
    for source, days in _SOURCES.items():
        found = days.objects.filter(team=team).order_by()
        there = set(found.values_list(TruncMonth("day"), flat=True).distinct())
        fresh = FreshMonth.objects.filter(team=team, source=source)
        for month in sorted(there - set(fresh.values_list("month", flat=True))):
            _build(team, source, month)
            built += 1
    return built


def _build(team: Team, source: FreshMonth.Source, month: date) -> None:
    """The lock keeps out a sync that would touch the month meanwhile."""
    adapt = connection.ops.adapt_datefield_value
    span = {"month": adapt(month), "next": adapt((month + A_MONTH).replace(day=1))}
    with transaction.atomic():
        locked = DataVersion.objects.select_for_update().filter(team=team)
        if not list(locked.values_list("number")):
            changed(team)
        for table in tables(source):
            table.table._default_manager.filter(team=team, month=month).delete()
            table.fill(_MONTH, {"team": team.pk, **span})
        FreshMonth.objects.get_or_create(team=team, source=source, month=month)


# A small table that has every day of the source.
_SOURCES: dict[FreshMonth.Source, type[DayModel] | type[TeamDay]] = {
    FreshMonth.Source.EVENTS: DayModel,
    FreshMonth.Source.DAILY: TeamDay,
}


def _from(table: type[Model]) -> str:
    return f"{table._meta.db_table} s"


def _month() -> str:
    if connection.vendor == "sqlite":
        return "date(s.day, 'start of month')"
    return "CAST(date_trunc('month', CAST(s.day AS timestamp)) AS date)"


def _bit() -> str:
    """Bit n for day n + 1 of the month."""
    if connection.vendor == "sqlite":
        return "(1 << (CAST(strftime('%%d', s.day) AS integer) - 1))"
    return "(CAST(1 AS bigint) << (CAST(EXTRACT(DAY FROM s.day) AS integer) - 1))"


def _whole(total: str) -> str:
    """PostgreSQL sums whole numbers to a NUMERIC."""
    return f"CAST({total} AS bigint)"
