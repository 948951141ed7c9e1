"""Many rows into a table at once: COPY on PostgreSQL, executemany on SQLite."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from dashboard.models.cents import PLACES

Row = tuple[Any, ...]
_UNIT = 10**PLACES


def write(table: type[Model], columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join("?" * len(columns))
            cursor.cursor.connection.cursor().executemany(
                f"INSERT INTO {table._meta.db_table} ({names}) VALUES ({marks})", rows
            )
            return
        statement = f"COPY {table._meta.db_table} ({names}) FROM STDIN"
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write("\t".join(map(_text, row)) + "\n")


def money(units: int | None) -> int | str | None:
    """A column's value from units of 10⁻⁸ cents (no less than 0)."""
    if units is None or connection.vendor == "sqlite":
        return units
    return f"{units // _UNIT}.{units % _UNIT:08d}"


def _text(value: Any) -> str:
    """As COPY reads it. The words of the demo hold no tab, line end or backslash."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def empty(*tables: type[Model], team_id: int) -> None:
    """Without asking what hangs on each row: the caller names every table."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"DELETE FROM {table._meta.db_table} WHERE team_id = %s", (team_id,)
            )


def analyse() -> None:
    """So that the first page is planned as well as the thousandth."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
