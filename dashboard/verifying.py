"""The proof that the tables of sums equal what they were made from, down to the events,
the vendor's daily counters and its audit log."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from dashboard.models import FreshMonth
from dashboard.rollups.activity import DAYS, FACETS
from dashboard.rollups.audit import AUDIT
from dashboard.rollups.derived import Derived
from dashboard.rollups.months import fresh, tables
from dashboard.rollups.usage import FROM_EVENTS, FROM_SUMS, GROUPS, OPENING
from tokens.models import Team

BY_DAY = (*FROM_EVENTS, *FROM_SUMS, GROUPS, OPENING, DAYS, AUDIT)


@dataclass(frozen=True)
class Difference:
    """A key whose sums are wrong, only in the source, or only in the sums."""

    table: str
    key: tuple[Any, ...]
    what: str

    def __str__(self) -> str:
        return f"{self.table} {' '.join(map(str, self.key))}: {self.what}"


def differences(team: Team) -> Iterator[Difference]:
    """Nothing when each table holds exactly what its source comes to."""
    for derived in BY_DAY:
        yield from _compared(team, derived)
    for facet in FACETS:
        yield from _compared(team, facet, kept=f" AND facet = {facet.keys['facet']}")
    for source in FreshMonth.Source:
        for derived in tables(source):
            yield from _compared(
                team,
                derived,
                kept=f" AND month IN {fresh(source)}",
                narrow=f" AND {derived.keys['month']} IN {fresh(source)}",
            )


def _compared(
    team: Team, derived: Derived, kept: str = "", narrow: str = ""
) -> Iterator[Difference]:
    """`kept` picks rows of the table, `narrow` rows of its source."""
    columns = ", ".join((*derived.keys, *derived.sums))
    there = f"SELECT {columns} FROM {derived.name} WHERE team_id = %(team)s{kept}"
    counted = derived.select(narrow)
    name = str(derived.table._meta.verbose_name)
    for one, other, what in (
        (counted, there, "the sums differ from the events"),
        (there, counted, "the sums hold what the events do not"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"{one} EXCEPT {other}", {"team": team.pk})
            for row in cursor:
                yield Difference(name, row[: len(derived.keys)], what)
