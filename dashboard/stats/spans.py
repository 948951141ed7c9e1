"""Sums over a long time: its whole months from the table of months, the days at its
edges (and of months that are not fresh) from the table of days, in one statement."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db import connection

from dashboard.models import CentsField, FreshMonth
from dashboard.models.sums import Sums
from dashboard.periods import DAY, Period
from dashboard.stats.sources import Only, Source
from tokens.models import Team

# With fewer days there is no whole month.
SHORTEST = 28


def summed(
    team: Team,
    period: Period,
    source: Source,
    dimensions: Sequence[str],
    measures: Sequence[str],
    only: Only,
) -> Iterator[dict[str, Any]]:
    """Dicts of dimensions (but the day) and measures. `source` has a table of months,
    and `only` no group: that may change on any day."""
    assert source.months and only.group is None
    months = fresh_months(team, period)
    parts: list[str] = []
    args: list[Any] = []
    columns = ", ".join((*dimensions, *measures))
    narrow = "".join(f" AND {name} = %s" for name in only.columns)
    if months:
        marks = ", ".join(["%s"] * len(months))
        parts.append(_part(source.months, columns, f"month IN ({marks}){narrow}"))
        args += [team.pk, *map(_adapted, months), *only.columns.values()]
    for days in between(period, months):
        parts.append(_part(source.days, columns, f"day BETWEEN %s AND %s{narrow}"))
        edges = _adapted(days.start), _adapted(days.end)
        args += [team.pk, *edges, *only.columns.values()]
    sums = ", ".join(f"SUM({name})" for name in measures)
    keys = ", ".join(dimensions)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, {sums} FROM ({' UNION ALL '.join(parts)}) parts "
            f"GROUP BY {keys}",
            args,
        )
        names = (*dimensions, *measures)
        readers = [_reader(source.days, name) for name in names]
        for row in cursor:
            values = zip(names, readers, row, strict=True)
            yield {name: read(value) for name, read, value in values}


def fresh_months(team: Team, period: Period) -> list[date]:
    """The whole months of a period that the table of months holds, the oldest first.
    No query where the period holds no whole month."""
    if not _holds_a_month(period):
        return []
    found = FreshMonth.objects.filter(
        team=team,
        source=FreshMonth.Source.EVENTS,
        month__gte=period.start,
        month__lte=period.end,
    )
    months = found.order_by("month").values_list("month", flat=True)
    return [month for month in months if _last_day(month) <= period.end]


def between(period: Period, months: Sequence[date]) -> list[Period]:
    """The days of a period that are in none of these months, oldest first."""
    found = []
    start = period.start
    for month in months:
        if start < month:
            found.append(Period(start, month - DAY))
        start = _last_day(month) + DAY
    return found if start > period.end else [*found, Period(start, period.end)]


def _holds_a_month(period: Period) -> bool:
    first = period.start.replace(day=1)
    if first < period.start:
        if _last_day(first) >= period.end:
            return False
        first = _last_day(first) + DAY
    return first <= period.end and _last_day(first) <= period.end


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _part(table: type[Sums], columns: str, where: str) -> str:
    name = table._meta.db_table
    return f"SELECT {columns} FROM {name} WHERE team_id = %s AND {where}"


def _adapted(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def _reader(table: type[Sums], name: str) -> Any:
    """PostgreSQL sums whole numbers to a NUMERIC, SQLite keeps cents scaled."""
    field = table._meta.get_field(name)
    if isinstance(field, CentsField):
        return lambda value: field.from_db_value(value, field, connection)
    return int if name not in ("email", "model", "kind") else str
