"""A whole file of exported usage in a temporary table, and one day of it staged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from django.db import connection

from dashboard.models.cents import ONE
from dashboard.sync.imported import Export
from dashboard.sync.replacing import run
from dashboard.sync.staging import FILLED, NAME, Staging
from dashboard.sync.windows import ONE_DAY, Window, day_start_ms
from dashboard.usage_csv import names_people, records

BATCH = 2_000
FILE = "imported_event"


@dataclass(frozen=True)
class Contents:
    """What is in a file. Cents; days are UTC; `people` have an e-mail."""

    rows: int
    days: int
    first_day: date | None
    last_day: date | None
    people: int
    cents: Decimal
    unpriced: int
    unattributed: int


@contextmanager
def whole_file(
    file: BinaryIO, owner: str, read: Callable[[int], None]
) -> Iterator[Export]:
    """Raises BadCsv. `read(bytes)` hears how far it is. Rows are staged some at a time:
    one that cannot be read must not raise in the middle of a statement."""
    is_personal = not names_people(file)
    staging, rows = Staging().start(), records(file, owner)
    try:
        while batch := list(islice(rows, BATCH)):
            staging.add(batch)
            read(file.tell())
        staging.flush()
        run(f"DROP TABLE IF EXISTS {FILE}")
        run(f"ALTER TABLE {NAME} RENAME TO {FILE}")
        run(f"CREATE INDEX {FILE}_day ON {FILE} (day)")
        yield Export(_days(), _span(), is_personal)
    finally:
        rows.close()
        _drop(staging)


def _drop(staging: Staging) -> None:
    """What a failed transaction leaves, the end of the connection clears away."""
    if connection.is_usable() and not connection.needs_rollback:
        staging.drop()
        run(f"DROP TABLE IF EXISTS {FILE}")


@contextmanager
def staged(day: date) -> Iterator[Window]:
    """The rows of one day, staged."""
    names = ", ".join(FILLED)
    Staging().start()
    run(
        f"INSERT INTO {NAME} ({names}) SELECT {names} FROM {FILE} WHERE day = %s",
        (connection.ops.adapt_datefield_value(day),),
    )
    yield Window(day_start_ms(day), day_start_ms(day + ONE_DAY) - 1)


def contents(export: Export) -> Contents:
    [(rows, people, cents, unpriced, unattributed)] = _select(
        "COUNT(*), COUNT(DISTINCT NULLIF(email, '')), COALESCE(SUM(cost_cents), 0), "
        "COUNT(*) - COUNT(cost_cents), COUNT(*) - COUNT(NULLIF(email, '')) "
        f"FROM {FILE}"
    )
    days = export.days
    scale = ONE if connection.vendor == "sqlite" else 1
    return Contents(
        rows=rows,
        days=len(days),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        people=people,
        cents=Decimal(cents) / scale,
        unpriced=unpriced,
        unattributed=unattributed,
    )


def _days() -> list[date]:
    found = _select(f"DISTINCT day FROM {FILE} ORDER BY 1")
    return [_day(day) for (day,) in found]


def _span() -> Window | None:
    [(first, last)] = _select(f"MIN(timestamp_ms), MAX(timestamp_ms) FROM {FILE}")
    return None if first is None else Window(first, last)


def _select(what: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what}")
        return list(cursor.fetchall())


def _day(value: object) -> date:
    """SQLite gives a date as text when it comes from a bare statement."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
