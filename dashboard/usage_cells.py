"""Single cells of the vendor's usage export. Each reader takes the text, and whether
a comma may be a decimal point; it raises ValueError with the rest of a sentence that
starts with the text."""

import re
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from dashboard.adminapi import reading
from dashboard.adminapi.errors import Unreadable

Cell = Callable[[str, bool], Any]
# No such export existed before; a column of small numbers is no column of dates.
EARLIEST_MS = 1_577_836_800_000  # 2020-01-01
# A file may come from a machine whose clock is ahead.
A_DAY = 86_400
MOST = 10**8
# Words where a number stands when there is none. Unknown is not zero.
NO_NUMBER = {"", "-", "–", "—", "nan", "n/a", "null", "none", "included", "free"}
YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}
# Up to 28 digits: so many a Decimal keeps when it is multiplied.
_AMOUNT = re.compile(r"-?[0-9]{1,8}(\.[0-9]{1,20})?(e[-+]?[0-9]{1,2})?")
_WHOLE = re.compile(r"[0-9]{1,15}(\.0{1,9})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+")


def squeezed(title: str) -> str:
    """A header without case, spaces and signs."""
    return "".join(char for char in title.lower() if char.isalnum())


def instant_ms(cell: str, comma: bool) -> int:
    """UTC unless the text says otherwise."""
    try:
        ms = reading.instant_ms({"Date": cell.strip()}, "Date")
    except Unreadable:
        raise ValueError("is not a time like 2026-01-31T09:30:00.000Z") from None
    if ms < EARLIEST_MS:
        raise ValueError("is before 2020, when there was no usage")
    if ms > (time.time() + A_DAY) * 1000:
        raise ValueError("is still to come")
    return ms


def text(cell: str, comma: bool) -> str:
    """Bytes that are not UTF-8 arrive as lone surrogates."""
    if not cell.isascii():
        _refuse_surrogates(cell)
    return reading.text({"": cell}, "")


def _refuse_surrogates(cell: str) -> None:
    try:
        cell.encode()
    except UnicodeEncodeError:
        raise ValueError("is not UTF-8 text") from None


def user(cell: str, comma: bool) -> str:
    found = text(cell, comma).lower()
    return "" if found == "-" else found


def model(cell: str, comma: bool) -> str:
    """The API calls the automatic choice “default” where the export says “auto”."""
    found = text(cell, comma)
    return "default" if found.lower() == "auto" else found


def flag(cell: str, comma: bool) -> bool | None:
    word = cell.strip().lower()
    if word in YES or word in NO:
        return word in YES
    if word in NO_NUMBER:
        return None
    raise ValueError("is neither Yes nor No")


def whole(cell: str, comma: bool) -> int | None:
    word = cell.strip().lower()
    if word in NO_NUMBER:
        return None
    if _GROUPED.fullmatch(word):
        word = word.replace(",", "")
    if not _WHOLE.fullmatch(word):
        raise ValueError("is not a whole number")
    return int(word.partition(".")[0])


def amount(cell: str, comma: bool) -> Decimal | None:
    word = cell.strip().lower()
    if word in NO_NUMBER:
        return None
    if comma and _COMMA.fullmatch(word):
        word = word.replace(",", ".")
    elif _GROUPED.fullmatch(word):
        word = word.replace(",", "")
    if not _AMOUNT.fullmatch(word) or abs(Decimal(word)) >= MOST:
        raise ValueError("is not a number")
    return Decimal(word)


def cents(cell: str, comma: bool) -> Decimal | None:
    """From dollars, exactly."""
    try:
        dollars = amount(_without_sign(cell), comma)
    except ValueError:
        raise ValueError("is not an amount of dollars") from None
    return None if dollars is None else (dollars * 100).normalize()


def _without_sign(cell: str) -> str:
    return re.sub(r"^\s*(-?)\s*(US)?\$\s*", r"\1", cell, flags=re.IGNORECASE)


READERS: dict[str, Cell] = {
    "date": instant_ms,
    "user": user,
    "cloud_agent_id": text,
    "automation_id": text,
    "kind": text,
    "model": model,
    "max_mode": flag,
    "written": whole,
    "input": whole,
    "cache_read": whole,
    "output": whole,
    "total": whole,
    "cost": cents,
    "billed": cents,
    "api_cost": cents,
    "requests": amount,
}
