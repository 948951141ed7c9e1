"""Sums over a long time: its whole months from the table of months, the days at its
edges (and of months that are not fresh) from the table of days, in one statement."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    periods: Sequence[Period],
    source: Source,
    dimensions: Sequence[str],
    measures: Sequence[str],
    only: Only,
    emails: Collection[str] = (),
) -> list[list[dict[str, Any]]]:
    """For each period, dicts of dimensions (but the day) and measures, of these people
    or of all; one statement for all. `only` has no group: that may change on any day.
    """
    assert only.group is None
    parts = Parts(team, source, (*dimensions, *measures), only.columns, sorted(emails))
    fresh = fresh_months(team, periods) if source.months else []
    for number, period in enumerate(periods):
        months = whole_months(period, fresh)
        parts.of_months(number, months)
        for days in between(period, months):
            parts.of_days(number, days)
    found: list[list[dict[str, Any]]] = [[] for _ in periods]
    if not parts.statements:
        return found
    sums = ", ".join(f"SUM({name})" for name in measures)
    keys = ", ".join(("number", *dimensions))
    names = (*dimensions, *measures)
    readers = [_reader(source.days, name) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, {sums} FROM ({' UNION ALL '.join(parts.statements)}) "
            f"parts GROUP BY {keys}",
            parts.arguments,
        )
        for number, *row in cursor:
            values = zip(names, readers, row, strict=True)
            found[number].append({name: read(value) for name, read, value in values})
    return found


@dataclass
class Parts:
    """Statements whose rows begin with the number of their period."""

    team: Team
    source: Source
    columns: Sequence[str]
    narrowed: Mapping[str, str]
    emails: Sequence[str] = ()
    statements: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)

    def of_months(self, number: int, months: Sequence[date]) -> None:
        if months and self.source.months:
            marks = ", ".join(["%s"] * len(months))
            self._add(number, self.source.months, f"month IN ({marks})", months)

    def of_days(self, number: int, days: Period) -> None:
        edges = days.start, days.end
        self._add(number, self.source.days, "day BETWEEN %s AND %s", edges)

    def _add(
        self, number: int, table: type[Sums], when: str, days: Iterable[date]
    ) -> None:
        columns = ", ".join((f"{number} AS number", *self.columns))
        narrow = "".join(f" AND {name} = %s" for name in self.narrowed)
        if self.emails:
            narrow += f" AND email IN ({', '.join(['%s'] * len(self.emails))})"
        name = table._meta.db_table
        self.statements.append(
            f"SELECT {columns} FROM {name} WHERE team_id = %s AND {when}{narrow}"
        )
        self.arguments += [self.team.pk, *map(_adapted, days)]
        self.arguments += [*self.narrowed.values(), *self.emails]


def fresh_months(team: Team, periods: Sequence[Period]) -> list[date]:
    """The whole months of the periods that the table of months holds, oldest first. No
    query where no period holds a whole month."""
    long = [period for period in periods if _holds_a_month(period)]
    if not long:
        return []
    found = FreshMonth.objects.filter(
        team=team,
        source=FreshMonth.Source.EVENTS,
        month__gte=min(period.start for period in long),
        month__lte=max(period.end for period in long),
    )
    months = found.order_by("month").values_list("month", flat=True)
    return [m for m in months if any(_is_inside(m, period) for period in long)]


def whole_months(period: Period, months: Sequence[date]) -> list[date]:
    """Those of these months that lie in the period with all their days."""
    return [month for month in months if _is_inside(month, period)]


def with_days_to_come(period: Period, today: date) -> Period:
    """Until the end of the month where it holds today: nothing was used on days that
    are to come, and so this month can be read as a whole one."""
    if period.end < today:
        return period
    return Period(period.start, max(period.end, _last_day(today)))


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


def _is_inside(month: date, period: Period) -> bool:
    return period.start <= month and _last_day(month) <= period.end


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _adapted(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def _reader(table: type[Sums], name: str) -> Any:
    """PostgreSQL sums whole numbers to a NUMERIC, SQLite keeps cents scaled."""
    field = table._meta.get_field(name)
    if isinstance(field, CentsField):
        return lambda value: field.from_db_value(value, field, connection)
    return int if name not in ("email", "model", "kind") else str
