"""The vendor's own usage export (CSV), read into the records that the API gives. Pure.

Columns are found by their names, in any order; which ones there are has changed over
the years, and only the date and the model are always there. Nothing is guessed: the
first cell that cannot be read ends the reading, by line and column.
"""

import csv
import io
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from dashboard.adminapi.records import UsageEventRecord
from dashboard.usage_cells import READERS, Cell, squeezed

# By squeezed header. “Cost to you” is what is billed where an old export has both.
COLUMNS = {
    "date": "date",
    "timestamp": "date",
    "user": "user",
    "useremail": "user",
    "email": "user",
    "cloudagentid": "cloud_agent_id",
    "automationid": "automation_id",
    "kind": "kind",
    "model": "model",
    "maxmode": "max_mode",
    "inputwcachewrite": "written",
    "inputwithcachewrite": "written",
    "inputwocachewrite": "input",
    "inputwithoutcachewrite": "input",
    "cacheread": "cache_read",
    "outputtokens": "output",
    "totaltokens": "total",
    "cost": "cost",
    "costtoyou": "billed",
    "apicost": "api_cost",
    "requests": "requests",
}
NEEDED = {"date": "Date", "model": "Model"}
MEASURES = {"input", "output", "total", "cost", "billed", "api_cost", "requests"}
LONGEST_HEADER = 10_000
SHOWN = 60


class BadCsv(Exception):
    """The file is not such an export. `line` counts from 1; `column` is its header."""

    def __init__(self, line: int, column: str, problem: str) -> None:
        self.line, self.column, self.problem = line, column, problem
        place = f"Line {line}, column “{column}”" if column else f"Line {line}"
        super().__init__(f"{place}: {problem}")


@dataclass(frozen=True)
class Header:
    """`cells`: (our name, its header in the file, its place, its reader)."""

    cells: tuple[tuple[str, str, int, Cell], ...]
    titles: tuple[str, ...]
    delimiter: str
    lines: int


def records(file: BinaryIO, owner: str = "") -> Generator[UsageEventRecord, None, None]:
    """Row by row; raises BadCsv. `owner`: whose usage it is where the file has no
    column for that (a person's own export)."""
    text = io.TextIOWrapper(
        file, encoding="utf-8-sig", errors="surrogateescape", newline=""
    )
    try:
        header = _header(text)
        for line, row in _rows(text, header):
            if any(cell.strip() for cell in row):
                yield _record(_read(row, line, header), owner)
    finally:
        text.detach()


def names_people(file: BinaryIO) -> bool:
    """Whether it has a column that says whose each row is; else it is one person's.
    Leaves the file at its start. Raises BadCsv."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape")
    try:
        return any(name == "user" for name, *_ in _header(text).cells)
    finally:
        text.detach()
        file.seek(0)


def _shown(cell: str) -> str:
    """For people: short, and printable where it is not UTF-8."""
    return cell.strip()[:SHOWN].encode(errors="replace").decode()


def _header(text: io.TextIOWrapper) -> Header:
    """The first line that is not blank; Excel's “sep=;” in front of it is passed over.

    The delimiter is the one that makes most of the names known.
    """
    number, line = 1, text.readline(LONGEST_HEADER)
    while line and (not line.strip() or line.lower().startswith("sep=")):
        number, line = number + 1, text.readline(LONGEST_HEADER)
    if "\0" in line:
        raise BadCsv(number, "Date", "the file is not UTF-8 text.")
    found = [_named(line, delimiter, number) for delimiter in ",;\t"]
    best = max(found, key=lambda header: len(header.cells))
    names = [name for name, *_ in best.cells]
    for needed, title in NEEDED.items():
        if needed not in names:
            raise BadCsv(number, title, "the file has no such column in its header.")
    if not MEASURES & set(names):
        raise BadCsv(number, "Cost", "the header has no tokens, cost or requests.")
    return best


def _named(line: str, delimiter: str, number: int) -> Header:
    try:
        titles = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        titles = []
    cells: dict[str, tuple[str, str, int, Cell]] = {}
    for place, title in enumerate(titles):
        name = COLUMNS.get(squeezed(title))
        if name in cells:
            raise BadCsv(number, _shown(title), "the header has this column twice.")
        if name:
            cells[name] = (name, _shown(title), place, READERS[name])
    return Header(tuple(cells.values()), tuple(titles), delimiter, number)


def _rows(text: io.TextIOWrapper, header: Header) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line that it starts at."""
    reader = csv.reader(text, delimiter=header.delimiter, strict=True)
    line = header.lines + 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadCsv(line, "", f"this is not CSV ({error}).") from None
        yield line, row
        line = header.lines + 1 + reader.line_num


def _read(row: list[str], line: int, header: Header) -> dict[str, Any]:
    if len(row) != len(header.titles):
        _refuse_width(row, line, header)
    values: dict[str, Any] = {}
    for name, title, place, read in header.cells:
        try:
            values[name] = read(row[place], header.delimiter != ",")
        except ValueError as problem:
            shown = _shown(row[place])
            raise BadCsv(line, title, f"“{shown}” {problem}.") from None
    return values


def _refuse_width(row: list[str], line: int, header: Header) -> None:
    """Blank cells at the end do no harm."""
    width = len(header.titles)
    if len(row) < width:
        problem = f"the row ends before it, after {len(row)} of {width} cells."
        raise BadCsv(line, _shown(header.titles[len(row)]), problem)
    if any(cell.strip() for cell in row[width:]):
        problem = f"more cells come after it; the header has {width}."
        raise BadCsv(line, _shown(header.titles[-1]), problem)


def _record(values: dict[str, Any], owner: str) -> UsageEventRecord:
    user = values.get("user", owner.strip().lower())
    input_tokens, cache_write = _input_and_cache_write(values)
    billed, cost = values.get("billed"), values.get("cost")
    api_cost = values.get("api_cost")
    return UsageEventRecord(
        timestamp_ms=values["date"],
        email=user if "@" in user else "",
        model=values["model"],
        raw_kind=values.get("kind", ""),
        max_mode=values.get("max_mode"),
        is_token_based_call=None,
        is_chargeable=None,
        is_headless=None,
        is_free_bugbot=None,
        requests_costs=values.get("requests"),
        input_tokens=input_tokens,
        output_tokens=values.get("output"),
        cache_write_tokens=cache_write,
        cache_read_tokens=values.get("cache_read"),
        model_cents=cost if billed is not None and api_cost is None else api_cost,
        discount_percent=None,
        charged_cents=cost if billed is None else billed,
        token_fee_cents=None,
        service_account_id="",
        service_account_name="" if "@" in user else user,
        conversation_id="",
        cloud_agent_id=values.get("cloud_agent_id", ""),
        automation_id=values.get("automation_id", ""),
    )


def _input_and_cache_write(values: dict[str, Any]) -> tuple[int | None, int | None]:
    """“Input (w/ Cache Write)” is the part of the input that was written to the cache,
    beside the part that was not: real exports add up that way. Where the row's total
    shows that it holds both parts, the written part is the difference."""
    plain, written = values.get("input"), values.get("written")
    if plain is None or written is None:
        return (plain, written) if "input" in values else (written, None)
    rest = (values.get("cache_read") or 0) + (values.get("output") or 0)
    if written >= plain > 0 and values.get("total") == written + rest:
        return plain, written - plain
    return plain, written
