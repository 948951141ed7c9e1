"""Who is in which group as a CSV file: email, group, from, until.

`read` turns a file into rows; `dashboard/group_plan.py` says what they would change. An
export of ours reads back as it was.
"""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO

from django.utils.translation import gettext as _

from dashboard.exporting import plain
from dashboard.group_keys import key_of
from dashboard.group_names import check_name
from dashboard.periods import BadInput, day

EMAIL, GROUP, FROM, UNTIL = COLUMNS = ("email", "group", "from", "until")
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Problem:
    """Why a line is not taken; `column` is empty where it is about all of it."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Row:
    """UTC days, both inclusive; `last` None: until further notice."""

    line: int
    email: str
    group: str
    first: date
    last: date | None

    @property
    def key(self) -> tuple[str, str, date]:
        return self.email, self.group, self.first

    @property
    def end(self) -> date:
        return self.last or date.max


def read(
    text: str, ids: Collection[str] = frozenset()
) -> tuple[list[Row], list[Problem]]:
    """`ids`: of members without an e-mail. Raises BadInput for a file whose head does
    not have the columns."""
    lines = text.removeprefix("\ufeff")
    head = lines.partition("\n")[0]
    comma = ";" if ";" in head and "," not in head else ","
    table = csv.reader(StringIO(lines, newline=""), delimiter=comma)
    try:
        names = [name.strip().lower() for name in next(table, [])]
        places = {name: names.index(name) for name in COLUMNS if name in names}
        if missing := [name for name in COLUMNS if name not in places]:
            sentence = _("Line 1: the column %(column)s is missing.")
            raise BadInput("file", sentence % {"column": missing[0]})
        return _rows(table, places, ids)
    except csv.Error as error:
        sentence = _("Line %(line)d is no CSV: %(error)s.")
        said = {"line": table.line_num, "error": error}
        raise BadInput("file", sentence % said) from None


def _rows(
    table: Iterator[list[str]], places: Mapping[str, int], ids: Collection[str]
) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for cells in table:
        line = getattr(table, "line_num", 0)
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) + len(problems) >= MOST_ROWS:
            sentence = _("Line %(line)d: a file holds %(most)d rows at most; cut it.")
            raise BadInput("file", sentence % {"line": line, "most": MOST_ROWS})
        given = {
            name: plain(cells[place].strip()) if place < len(cells) else ""
            for name, place in places.items()
        }
        try:
            rows.append(_row(line, given, ids))
        except BadInput as error:
            problems.append(Problem(line, error.field, str(error)))
    return rows, problems


def _row(line: int, given: Mapping[str, str], ids: Collection[str]) -> Row:
    email, group = key_of(given[EMAIL], ids, EMAIL), given[GROUP]
    check_name(group, GROUP)
    first = day(given[FROM], FROM)
    last = day(given[UNTIL], UNTIL) if given[UNTIL] else None
    if last and last < first:
        raise BadInput(UNTIL, _("The last day must not be before the first."))
    return Row(line, email, group, first, last)
