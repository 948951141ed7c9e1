"""Readers of single JSON values, tolerant of every form seen in the field.

Each takes a record's dict and a key. Numbers arrive as `Decimal` (the client decodes
with `float_hook=Decimal`), so money never passes through a binary float.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from dashboard.adminapi.errors import Unreadable

Json = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"-?\d+(\.\d+)?")
# Thirteen digits are milliseconds, ten are seconds: no date in between is ambiguous
# before the year 5138.
_SECONDS_BELOW = 10**11


def items(answer: Any, key: str) -> list[Json]:
    """The list of objects under a key; raises Unreadable when it is no such list."""
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Unreadable(f"The answer holds no list “{key}”.")
    return found


def text(row: Json, key: str) -> str:
    """A string; numbers become text (ids come in both forms), null becomes empty."""
    value = row.get(key)
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def email(row: Json, key: str) -> str:
    return text(row, key).lower()


def number(row: Json, key: str) -> Decimal | None:
    value = row.get(key)
    if value is None or isinstance(value, bool):
        return None
    try:
        read = Decimal(value) if isinstance(value, int | str | Decimal) else None
    except InvalidOperation:
        return None
    return read if read is not None and read.is_finite() else None


def whole(row: Json, key: str) -> int | None:
    value = number(row, key)
    return None if value is None else int(value)


def flag(row: Json, key: str) -> bool | None:
    value = row.get(key)
    return value if isinstance(value, bool) else None


def instant_ms(row: Json, key: str) -> int:
    """Unix milliseconds from a number, a string of digits, or an ISO date or time.

    Raises Unreadable: a row without a time cannot be placed, and must not be lost.
    """
    value = row.get(key)
    if isinstance(value, str) and not _DIGITS.fullmatch(value.strip()):
        return _from_iso(value.strip(), key)
    read = number(row, key)
    if read is None:
        raise Unreadable(f"A row has no readable “{key}”.")
    return int(read * 1000) if abs(read) < _SECONDS_BELOW else int(read)


def utc_day(row: Json) -> date:
    """The UTC day of a daily-usage row: `day` where given, else from `date`."""
    key = "day" if row.get("day") else "date"
    return day_of(instant_ms(row, key))


def day_of(ms: int) -> date:
    return datetime.fromtimestamp(ms // 1000, UTC).date()


def _from_iso(value: str, key: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"A row has no readable “{key}”.") from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
