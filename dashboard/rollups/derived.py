"""A table of sums as one SELECT over its source: what builds it also proves it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from dashboard.periods import midnight
from tokens.models import Team

Args = dict[str, Any]


@dataclass(frozen=True)
class Derived:
    """`keys` and `sums` map columns to SQL over `source`, a FROM clause whose driving
    table is called s; `narrow` is SQL that picks the rows of some days of it."""

    table: type[Model]
    keys: Mapping[str, str]
    sums: Mapping[str, str]
    source: str
    where: str = "s.team_id = %(team)s"

    @property
    def name(self) -> str:
        return self.table._meta.db_table

    def select(self, narrow: str = "") -> str:
        """Columns: the keys, then the sums."""
        columns = ", ".join((*self.keys.values(), *self.sums.values()))
        return (
            f"SELECT {columns} FROM {self.source} WHERE {self.where}{narrow} "
            f"GROUP BY {', '.join(self.keys.values())}"
        )

    def fill(self, narrow: str, args: Args) -> None:
        keys, sums = ", ".join(self.keys), ", ".join(self.sums)
        select = self.select(narrow).replace("SELECT ", "SELECT %(team)s, ", 1)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.name} (team_id, {keys}, {sums}) {select}", args
            )

    def rebuild(self, team: Team, days: Collection[date], also: str = "") -> None:
        """`also`: more SQL that narrows the source, for an index to help."""
        self.table._default_manager.filter(team=team, day__in=days).delete()
        self.fill(of_days(days) + also, days_args(team, days))


def of_days(days: Collection[date]) -> str:
    return f" AND s.day IN ({', '.join(f'%(day{n})s' for n in range(len(days)))})"


def days_args(team: Team, days: Collection[date]) -> Args:
    """For `of_days`; `first_ms` and `last_ms` are the span of the days, inclusive, and
    `first_at` up to but without `after` the same in instants."""
    adapt = connection.ops.adapt_datefield_value
    adapt_instant = connection.ops.adapt_datetimefield_value
    named: Args = {f"day{n}": adapt(day) for n, day in enumerate(sorted(days))}
    span = {
        "first_ms": _ms(min(days)),
        "last_ms": _ms(max(days), 1) - 1,
        "first_at": adapt_instant(midnight(min(days))),
        "after": adapt_instant(midnight(max(days)) + timedelta(days=1)),
    }
    return named | span | {"team": team.pk}


def of_groups(column: str, groups: Collection[int]) -> str:
    names = (f"%({name})s" for name in groups_args(groups))
    return f" AND {column} IN ({', '.join(names)})"


def groups_args(groups: Collection[int]) -> Args:
    """For `of_groups`."""
    return {f"group{n}": group for n, group in enumerate(groups)}


def _ms(day: date, plus: int = 0) -> int:
    """The first millisecond of the day so many later."""
    return (day.toordinal() + plus - date(1970, 1, 1).toordinal()) * 86_400_000
