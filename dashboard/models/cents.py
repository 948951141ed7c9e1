"""Money and request units in the tables: exact on both databases.

PostgreSQL has NUMERIC. SQLite has none: it would keep the number as a binary float
and add floats. There the column holds a whole number of 10⁻⁸ units instead, so that
its sums are exact too.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

PLACES = 8
ONE = Decimal(10) ** PLACES
STEP = 1 / ONE


def exact(value: Any) -> Decimal:
    """Rounded to the eight decimals that a column keeps."""
    number = value if type(value) is Decimal else Decimal(value)
    return number.quantize(STEP, ROUND_HALF_EVEN)


class CentsField(models.Field):  # type: ignore[type-arg]
    """A Decimal with eight places: NUMERIC(18,8), or scaled whole numbers on SQLite.

    Sum, Min, Max, comparison and ordering work; products of two such columns do not.
    """

    description = "Exact cents or units, eight decimals"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint" if connection.vendor == "sqlite" else "numeric(18, 8)"

    def get_internal_type(self) -> str:
        return "CentsField"

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        """PostgreSQL's driver gives a Decimal already."""
        return [self.from_db_value] if connection.vendor == "sqlite" else []

    def from_db_value(
        self, value: Any, expression: Any, connection: BaseDatabaseWrapper
    ) -> Decimal | None:
        return None if value is None else Decimal(value) / ONE

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else exact(value)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> int | Decimal | None:
        if value is None:
            return None
        rounded = exact(value)
        return int(rounded * ONE) if connection.vendor == "sqlite" else rounded
