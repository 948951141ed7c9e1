"""The first day of a day's week or month, said by the database: a year of days by model
is thousands of rows to hand over, and by month it is a hundred."""

from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from dashboard.grains import Grain


class _First(Func):
    """As `Grain.first`. `steps`: how SQLite gets there from a day."""

    output_field = DateField()
    template = (
        "CAST(date_trunc('%(unit)s', CAST(%(expressions)s AS timestamp)) AS date)"
    )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Any:
        template = "date(%(expressions)s, %(steps)s)"
        return self.as_sql(compiler, connection, template=template, **extra)


TICKS: Mapping[Grain, Any] = {
    Grain.DAY: F("day"),
    Grain.WEEK: _First("day", unit="week", steps="'-6 days', 'weekday 1'"),
    Grain.MONTH: _First("day", unit="month", steps="'start of month'"),
}
