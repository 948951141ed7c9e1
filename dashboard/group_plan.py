"""What rows of a file would change of who is in which group. Pure.

A person is in one group at a time, and is planned as a whole: where one of their rows
cannot be taken, none of their changes is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from dashboard.group_csv import FROM, GROUP, UNTIL, Problem, Row
from dashboard.group_names import folded
from dashboard.writing import here


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


def plan(
    rows: Iterable[Row],
    problems: Collection[Problem],
    kept: Iterable[Row],
    groups: Mapping[str, bool],
) -> Plan:
    """`kept`: everybody's time now. `groups`: by name, whether each is closed. A row
    with the person, group and first day of one that is kept changes its end; any other
    is added. What would put somebody in two groups on one day is refused."""
    now = _by_person(kept)
    plans = [
        _of_person(theirs, now.get(email, ()), groups)
        for email, theirs in _by_person(_named(rows, groups)).items()
    ]
    added = [row for one in plans for row in one.added]
    changed = [pair for one in plans for pair in one.changed]
    refused = [*problems, *(problem for one in plans for problem in one.refused)]
    added.sort(key=lambda row: row.line)
    return Plan(
        added,
        sorted(changed, key=lambda pair: pair[1].line),
        sum(one.same for one in plans),
        sorted(refused, key=lambda problem: problem.line),
        list(dict.fromkeys(row.group for row in added if row.group not in groups)),
    )


def overlaps(times: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Times of one person on the same days, the one that begins first in front; each
    time that begins within another comes once. n log n."""
    longest: Row | None = None
    for row in sorted(times, key=lambda row: row.first):
        if longest and row.first <= longest.end:
            yield longest, row
        if longest is None or row.end > longest.end:
            longest = row


def overlap(email: str, group: str, first: date, last: date | None) -> str:
    """The sentence that somebody is in a group already."""
    said = {"email": email, "group": group, "first": here().day(first)}
    if last:
        said["last"] = here().day(last)
        return _("%(email)s is in %(group)s from %(first)s to %(last)s.") % said
    return _("%(email)s is in %(group)s since %(first)s.") % said


def _named(rows: Iterable[Row], groups: Mapping[str, bool]) -> Iterator[Row]:
    """With the name that a group has, or that the first row gives to a new one."""
    names = {folded(name): name for name in groups}
    for row in rows:
        if row.group in groups:
            yield row
        else:
            name = names.setdefault(folded(row.group), row.group)
            yield replace(row, group=name)


def _by_person(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.email, []).append(row)
    return found


def _of_person(
    rows: Sequence[Row], kept: Iterable[Row], groups: Mapping[str, bool]
) -> Plan:
    now = {row.key: row for row in kept}
    wanted: dict[tuple[str, str, date], Row] = {}
    for row in rows:
        wanted.setdefault(row.key, row)
    added = [row for key, row in wanted.items() if key not in now]
    changed = [
        (now[key], row)
        for key, row in wanted.items()
        if key in now and now[key].last != row.last
    ]
    touched = [*added, *(row for _before, row in changed)]
    same = len(wanted) - len(touched)
    refused = [*_twice(rows, wanted), *_into_closed(added, groups)]
    if touched:
        refused += _clashes((now | wanted).values(), touched)
    if refused:
        return Plan(same=same, refused=[*refused, *_with_them(touched, refused)])
    return Plan(added, changed, same)


def _twice(
    rows: Iterable[Row], wanted: Mapping[tuple[str, str, date], Row]
) -> Iterator[Problem]:
    for row in rows:
        if wanted[row.key] is not row:
            sentence = _("Line %(line)d names this person, group and day already.")
            said = sentence % {"line": wanted[row.key].line}
            yield Problem(row.line, FROM, said)


def _into_closed(added: Iterable[Row], groups: Mapping[str, bool]) -> Iterator[Problem]:
    for row in added:
        if groups.get(row.group):
            sentence = _("This group is closed: it takes nobody new.")
            yield Problem(row.line, GROUP, sentence)


def _clashes(times: Iterable[Row], touched: Sequence[Row]) -> Iterator[Problem]:
    """At the row of the file; where it changes neither time, at the person's first."""
    theirs = {row.key for row in touched}
    for earlier, later in overlaps(times):
        if later.key in theirs:
            yield Problem(later.line, FROM, _said(earlier))
        elif earlier.key in theirs:
            yield Problem(earlier.line, UNTIL, _said(later))
        else:
            yield Problem(touched[0].line, "", f"{_said(earlier)} {_said(later)}")


def _said(row: Row) -> str:
    return overlap(row.email, row.group, row.first, row.last)


def _with_them(touched: Iterable[Row], refused: Sequence[Problem]) -> Iterator[Problem]:
    """What would fit by itself."""
    lines = {problem.line for problem in refused}
    sentence = _("Line %(line)d is refused, and with it all changes of this person.")
    said = sentence % {"line": min(lines)}
    for row in touched:
        if row.line not in lines:
            yield Problem(row.line, "", said)
