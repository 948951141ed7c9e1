"""The proof that the tables of sums equal the events they were made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from dashboard.models import DayModel, DayPerson, UsageEvent, UsageRollup
from dashboard.rollups import EVENT_SUMS
from tokens.models import Team

TABLES: dict[type[Model], tuple[str, ...]] = {
    UsageRollup: ("day", "email", "model", "kind"),
    DayModel: ("day", "model", "kind"),
    DayPerson: ("day", "email", "kind"),
}


@dataclass(frozen=True)
class Difference:
    """A key whose sums are wrong, only in the events, or only in the sums."""

    table: str
    key: tuple[Any, ...]
    what: str

    def __str__(self) -> str:
        return f"{self.table} {' '.join(map(str, self.key))}: {self.what}"


def differences(team: Team) -> Iterator[Difference]:
    """Nothing when each table holds exactly what its events come to."""
    for table, key in TABLES.items():
        yield from _of_table(team, table, key)


def _of_table(
    team: Team, table: type[Model], key: tuple[str, ...]
) -> Iterator[Difference]:
    keys, names = ", ".join(key), ", ".join(EVENT_SUMS)
    kept = f"SELECT {keys}, {names} FROM {table._meta.db_table} WHERE team_id = %s"
    counted = (
        f"SELECT {keys}, {', '.join(EVENT_SUMS.values())} "
        f"FROM {UsageEvent._meta.db_table} "
        f"WHERE team_id = %s AND withdrawn_at IS NULL GROUP BY {keys}"
    )
    name = str(table._meta.verbose_name)
    for one, other, what in (
        (counted, kept, "the sums differ from the events"),
        (kept, counted, "the sums hold what the events do not"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"{one} EXCEPT {other}", (team.pk, team.pk))
            for row in cursor:
                yield Difference(name, row[: len(key)], what)
