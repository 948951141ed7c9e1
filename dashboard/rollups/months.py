"""Sums of whole calendar months, built from the days a moment after them.

A backfill touches each day of a month: building the month with each would cost more
than the day. So a touched month only loses its place in `FreshMonth`, and is built
when the round of the sync is over.
"""

from collections.abc import Collection, Iterable
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
    EventKind,
    FreshMonth,
    MonthGroup,
    MonthPerson,
    MonthRollup,
    PersonMonth,
    TeamDay,
    UsageRollup,
)
from dashboard.rollups.derived import Derived, groups_args, of_groups
from dashboard.rollups.versions import changed
from tokens.models import Team

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
_CENTS = "THEN charged_cents ELSE 0 END"
_LINES = "accepted_lines_added"
_USED = {
    "charged_cents": "charged_cents",
    "on_demand_cents": f"CASE WHEN kind = '{EventKind.ON_DEMAND}' {_CENTS}",
    "included_cents": f"CASE WHEN kind = '{EventKind.INCLUDED}' {_CENTS}",
    "events": "events",
    "requests_costs": "requests_costs",
    "tokens": " + ".join(name for name in _MEASURES if name.endswith("_tokens")),
}
# From the first of a month into the next one.
A_MONTH = timedelta(days=31)
_MONTH = " AND s.day >= %(month)s AND s.day < %(next)s"


@cache
def tables(source: str) -> tuple[Derived, ...]:
    """The month tables that are made from a source's days."""
    if source == FreshMonth.Source.PEOPLE:
        return (_people(),)
    sums = {name: f"SUM(s.{name})" for name in _MEASURES}
    person = {"month": _month(), "email": "s.email", "kind": "s.kind"}
    model = {**person, "model": "s.model"}
    return (
        Derived(MonthRollup, model, sums, _from(UsageRollup)),
        Derived(MonthPerson, person, sums, _from(DayPerson)),
        _groups(),
    )


def _groups() -> Derived:
    sums = {name: f"SUM(s.{name})" for name in _MEASURES}
    keys = {"month": _month(), **{name: f"s.{name}" for name in _OF_A_GROUP}}
    return Derived(MonthGroup, keys, sums, _from(DayGroup))


def _people() -> Derived:
    """Each bit of a day counts once, however many rows say that it was an active one:
    the sum of different bits is the number that has them all."""
    active, keys = "CASE WHEN s.is_active THEN", {"month": _month(), "email": "s.email"}
    days = {
        "days": f"CAST(COALESCE(SUM(DISTINCT {active} {_bit()} END), 0) AS bigint)",
        "last_active": f"MAX({active} s.day END)",
    }
    sums = {name: f"SUM(s.{name})" for name in (*_USED, _LINES)}
    used = ", ".join(f"{value} AS {name}" for name, value in _USED.items())
    nothing = ", ".join(["0"] * len(_USED))
    source = (
        f"(SELECT team_id, day, email, TRUE AS is_active, {used}, 0 AS {_LINES} "
        f"FROM {DayPerson._meta.db_table} UNION ALL "
        f"SELECT team_id, day, email, is_active, {nothing}, {_LINES} "
        f"FROM {DailyUsage._meta.db_table}) s"
    )
    return Derived(PersonMonth, keys, days | sums, source)


def fresh(source: FreshMonth.Source) -> str:
    """SQL: the months of which the sums are said to be there."""
    return (
        f"(SELECT f.month FROM {FreshMonth._meta.db_table} f "
        f"WHERE f.team_id = %(team)s AND f.source = '{source}')"
    )


def touch(team: Team, source: FreshMonth.Source, days: Collection[date]) -> None:
    """In the transaction that changes these days, of events or of daily usage."""
    months = {day.replace(day=1) for day in days}
    sources = {source, FreshMonth.Source.PEOPLE}
    known = FreshMonth.objects.filter(team=team, month__in=months)
    known.filter(source__in=sources).delete()


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
    for source, tables_of_days in _SOURCES.items():
        there = {m for table in tables_of_days for m in _months_of(team, table)}
        fresh = FreshMonth.objects.filter(team=team, source=source)
        for month in sorted(there - set(fresh.values_list("month", flat=True))):
            _build(team, source, month)
            built += 1
    return built


def _months_of(team: Team, table: type[DayModel] | type[TeamDay]) -> Iterable[date]:
    found = table._default_manager.filter(team=team).order_by()
    return found.values_list(TruncMonth("day"), flat=True).distinct()


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


# Small tables that have every day of the source.
_SOURCES: dict[FreshMonth.Source, tuple[type[DayModel] | type[TeamDay], ...]] = {
    FreshMonth.Source.EVENTS: (DayModel,),
    FreshMonth.Source.PEOPLE: (DayModel, TeamDay),
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
