"""Who is in which group as a CSV file: email, group, from, until.

`read` turns a file into rows, `plan` says what they would change; both are pure. An
export of ours reads back as it was.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from io import StringIO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from dashboard.exporting import STARTS
from dashboard.periods import BadInput, day
from dashboard.writing import here
from tokens.models import normal_email

EMAIL, GROUP, FROM, UNTIL = COLUMNS = ("email", "group", "from", "until")
MOST_ROWS = 20_000
LONGEST_NAME, LONGEST_EMAIL = 100, 200


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
        return self.email, self.group.casefold(), self.first

    def overlaps(self, other: "Row") -> bool:
        starts_late = other.last is not None and other.last < self.first
        ends_early = self.last is not None and self.last < other.first
        return self.email == other.email and not (starts_late or ends_early)


@dataclass(frozen=True)
class Plan:
    """`changed` are pairs of what is kept now and what the file says."""

    added: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Row]] = field(default_factory=list)
    same: int = 0
    refused: list[Problem] = field(default_factory=list)
    new_groups: list[str] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.changed)


def read(text: str) -> tuple[list[Row], list[Problem]]:
    """Raises BadInput for a file whose head does not have the columns."""
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
        return _rows(table, places)
    except csv.Error as error:
        sentence = _("Line %(line)d is no CSV: %(error)s.")
        said = {"line": table.line_num, "error": error}
        raise BadInput("file", sentence % said) from None


def _rows(
    table: Iterator[list[str]], places: Mapping[str, int]
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
            name: _plain(cells[place]) if place < len(cells) else ""
            for name, place in places.items()
        }
        try:
            rows.append(_row(line, given))
        except BadInput as error:
            problems.append(Problem(line, error.field, str(error)))
    return rows, problems


def _plain(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from running it."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(STARTS) else text


def _row(line: int, given: Mapping[str, str]) -> Row:
    email, group = normal_email(given[EMAIL]), given[GROUP]
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput(EMAIL, _("This is no e-mail address.")) from None
    if len(email) > LONGEST_EMAIL:
        raise BadInput(EMAIL, _("This is no e-mail address."))
    if not group or len(group) > LONGEST_NAME or not group.isprintable():
        sentence = _("A group’s name has 1 to %(most)d characters that can be seen.")
        raise BadInput(GROUP, sentence % {"most": LONGEST_NAME})
    first = day(given[FROM], FROM)
    last = day(given[UNTIL], UNTIL) if given[UNTIL] else None
    if last and last < first:
        raise BadInput(UNTIL, _("The last day must not be before the first."))
    return Row(line, email, group, first, last)


def plan(
    rows: Sequence[Row],
    problems: Collection[Problem],
    kept: Iterable[Row],
    groups: Mapping[str, bool],
) -> Plan:
    """`kept`: everybody's time now. `groups`: by name, whether each is closed. A row
    with the person, group and first day of one that is kept changes its end; any other
    is added. What would put somebody in two groups on one day is refused."""
    names = {name.casefold(): name for name in groups}
    now = {row.key: row for row in kept}
    found = Plan(refused=list(problems))
    wanted: dict[tuple[str, str, date], Row] = {}
    for row in rows:
        row = replace(row, group=names.get(row.group.casefold(), row.group))
        if other := wanted.get(row.key):
            sentence = _("Line %(line)d names this person, group and day already.")
            said = sentence % {"line": other.line}
            found.refused.append(Problem(row.line, FROM, said))
        else:
            wanted[row.key] = row
    ended = {key: wanted.get(key, row) for key, row in now.items()}
    times = _Times(ended.values())
    for row in wanted.values():
        before = now.get(row.key)
        if before is not None and before.last == row.last:
            found = replace(found, same=found.same + 1)
        elif before is not None:
            if problem := times.problem(row, but=row):
                times.put_back(row, before)
                found.refused.append(problem)
            else:
                found.changed.append((before, row))
        elif groups.get(row.group):
            sentence = _("This group is closed: it takes nobody new.")
            found.refused.append(Problem(row.line, GROUP, sentence))
        elif problem := times.problem(row):
            found.refused.append(problem)
        else:
            times.add(row)
            found.added.append(row)
    new = dict.fromkeys(r.group for r in found.added if r.group not in groups)
    found.refused.sort(key=lambda problem: problem.line)
    return replace(found, new_groups=list(new))


class _Times:
    """Everybody's time as it would be."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._of: dict[str, list[Row]] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        self._of.setdefault(row.email, []).append(row)

    def put_back(self, row: Row, before: Row) -> None:
        self._of[row.email] = [
            before if one is row else one for one in self._of[row.email]
        ]

    def problem(self, row: Row, but: Row | None = None) -> Problem | None:
        for other in self._of.get(row.email, ()):
            if other is not but and row.overlaps(other):
                column = FROM if other.first <= row.first else UNTIL
                said = overlap(other.email, other.group, other.first, other.last)
                return Problem(row.line, column, said)
        return None


def overlap(email: str, group: str, first: date, last: date | None) -> str:
    """The sentence that somebody is in a group already."""
    said = {"email": email, "group": group, "first": here().day(first)}
    if last:
        said["last"] = here().day(last)
        return _("%(email)s is in %(group)s from %(first)s to %(last)s.") % said
    return _("%(email)s is in %(group)s since %(first)s.") % said
