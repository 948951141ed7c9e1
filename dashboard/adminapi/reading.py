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
_DIGITS = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
# Thirteen digits are milliseconds, ten are seconds: no date in between is ambiguous
# before the year 5138.
_SECONDS_BELOW = 10**11
_YEAR_10000 = 253_402_300_800_000
LONGEST_TEXT = 200
# What a column takes; no real count or price comes near.
LARGEST_NUMBER = 10**10
LARGEST_COUNT = 2**53


def items(answer: Any, key: str) -> list[Any]:
    """The list under a key, whatever stands in it; raises Unreadable without one."""
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise Unreadable(f"The answer holds no list “{key}”.")
    return found


def parts(row: Json, key: str) -> list[Any]:
    """A list inside a row; empty where there is none."""
    found = row.get(key)
    return found if isinstance(found, list) else []


def text(row: Json, key: str, longest: int = LONGEST_TEXT) -> str:
    """A string; numbers become text (ids come in both forms), null becomes empty."""
    value = row.get(key)
    if value is None:
        return ""
    if type(value) is not str:
        return "" if isinstance(value, dict | list) else str(value)[:longest]
    return clean(value, longest)


def clean(value: str, longest: int = LONGEST_TEXT) -> str:
    """NUL characters are dropped (PostgreSQL takes none), and what is longer than a
    column is cut: a strange name must not keep a whole window out."""
    if "\0" in value:
        value = value.replace("\0", "")
    return value.strip()[:longest]


def email(row: Json, key: str) -> str:
    return text(row, key).lower()


def number(row: Json, key: str) -> Decimal | None:
    value = row.get(key)
    if value is None or value is True or value is False:
        return None
    if type(value) is Decimal:
        read: Decimal | None = value
    else:
        read = _decimal(value)
    if read is None or not read.is_finite() or abs(read) >= LARGEST_NUMBER:
        return None
    return read


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, int | str) else None
    except InvalidOperation:
        return None


def whole(row: Json, key: str) -> int | None:
    value = row.get(key)
    if type(value) is int:
        return value if -LARGEST_COUNT < value < LARGEST_COUNT else None
    read = number(row, key)
    return None if read is None else int(read)


def flag(row: Json, key: str) -> bool | None:
    value = row.get(key)
    return value if value is True or value is False else None


def instant_ms(row: Json, key: str) -> int:
    """Unix milliseconds from a number, a string of digits, or an ISO date or time.

    Raises Unreadable: a row without a time cannot be placed, and must not be lost.
    """
    value = row.get(key)
    # What the vendor sends: thirteen digits in a string.
    if type(value) is str and len(value) == 13 and value.isdecimal():
        return int(value)
    if isinstance(value, str) and not _DIGITS.fullmatch(value.strip()):
        return _possible(_from_iso(value.strip(), key), key)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Unreadable(f"A row has no readable “{key}”.")
    read = Decimal(value)
    return _possible(int(read * 1000 if abs(read) < _SECONDS_BELOW else read), key)


def _possible(ms: int, key: str) -> int:
    if 0 <= ms < _YEAR_10000:
        return ms
    raise Unreadable(f"A row's “{key}” is no time that can be.")


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
