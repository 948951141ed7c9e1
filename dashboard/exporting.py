"""CSV files that are written while they are sent, however long they are.

They begin with a byte order mark: without it Excel takes UTF-8 for the code page of
the computer and spoils every name that is not English. Programs read them as
`utf-8-sig`. Nothing in them is a formula: see `harmless`.
"""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

Cell = str | int | Decimal | bool | date | datetime | None
BOM = "\ufeff"
# What a spreadsheet takes for the start of a formula, the full-width forms too.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Rows that are written at once: some 50 kB.
BLOCK = 500


def harmless(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it, and where
    it looks like such a text made harmless already: `plain` gives each back."""
    return f"'{text}" if _is_doubtful(text) else text


def plain(cell: str) -> str:
    """What `harmless` was given, from what it made of it."""
    return cell[1:] if cell[:1] == "'" and _is_doubtful(cell) else cell


def _is_doubtful(text: str) -> bool:
    return text.lstrip("'").startswith(STARTS)


def download(
    request: HttpRequest,
    name: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
) -> StreamingHttpResponse:
    """An attachment. `rows` is read block by block, in the thread of the request."""
    sent = blocks(heads, rows)
    is_async = isinstance(request, ASGIRequest)
    return StreamingHttpResponse(
        in_turns(sent) if is_async else sent,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def blocks(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    buffer = StringIO(BOM, newline="")
    buffer.seek(0, 2)
    writer = csv.writer(buffer)
    writer.writerow(map(harmless, heads))
    for number, row in enumerate(rows, 1):
        writer.writerow([_written(cell) for cell in row])
        if number % BLOCK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


async def in_turns(sent: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Django would gather a plain iterator in a list before it sends the first byte."""
    following = sync_to_async(lambda: next(sent, None))
    while (block := await following()) is not None:
        yield block


def _written(cell: Cell) -> str:
    """Numbers are plain digits, money exact; days and instants as ISO 8601."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case Decimal():
            return format(cell.normalize() + 0, "f")
        case date():
            return cell.isoformat()
        case str():
            return harmless(cell)
    return str(cell)
