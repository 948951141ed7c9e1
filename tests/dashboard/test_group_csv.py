"""A file of who is in which group: what is read, what is refused and where."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.exporting import blocks
from dashboard.group_csv import COLUMNS, Problem, Row, read
from dashboard.group_names import BLANKS, folded
from dashboard.group_plan import Plan, overlaps, plan
from dashboard.periods import BadInput

HEAD = "email,group,from,until\n"
OPEN = {"Web": False, "Platform": False, "Old": True}


def planned(text: str, *kept: Row) -> Plan:
    rows, problems = read(HEAD + text)
    return plan(rows, problems, kept, OPEN)


def ada(group: str, first: str, last: str = "") -> Row:
    end = date.fromisoformat(last) if last else None
    return Row(0, "ada@x.org", group, date.fromisoformat(first), end)


def places(found: Plan) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in found.refused]


def test_each_fault_is_told_with_its_line_and_column() -> None:
    found = planned(
        "ada@x.org,Web,2026-01-01,\n"
        "nobody,Web,2026-01-01,\n"
        "\n"
        "eve@x.org,,2026-01-01,\n"
        "eve@x.org,Web,01.02.2026,\n"
        "eve@x.org,Web,2026-02-01,2026-01-01\n"
        "eve@x.org,Old,2026-01-01,\n"
        "eve@x.org,TOTAL,2026-01-01,\n"
        "eve@x.org,W\u200beb,2026-01-01,\n"
    )
    assert places(found) == [
        (3, "email"),
        (5, "group"),
        (6, "from"),
        (7, "until"),
        (8, "group"),
        (9, "group"),
        (10, "group"),
    ]
    assert [row.email for row in found.added] == ["ada@x.org"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column email"),
        ("email,group,from\n", "column until"),
        (HEAD + '"a\n', "Line 2"),
    ],
)
def test_a_file_of_another_shape_is_refused_whole(text: str, said: str) -> None:
    if said == "Line 2":
        text = HEAD + "x" * 200_000
    with pytest.raises(BadInput, match=said):
        read(text)


def test_columns_stand_in_any_order_and_semicolons_part_them_too() -> None:
    text = "\ufeffUntil;Group;Notes;From;Email\r\n;Web;new;2026-01-01; Ada@X.org \r\n"
    assert read(text) == ([Row(2, "ada@x.org", "Web", date(2026, 1, 1), None)], [])


def test_the_same_day_changes_the_end_and_another_is_added() -> None:
    kept = ada("Web", "2026-01-01"), ada("Platform", "2025-01-01", "2025-12-31")
    found = planned(
        "ada@x.org,WEB,2026-01-01,2026-03-31\n"
        "ada@x.org,Platform,2025-01-01,2025-12-31\n"
        "ada@x.org,Design,2026-04-01,\n",
        *kept,
    )
    assert [(b.last, row.last) for b, row in found.changed] == [
        (None, date(2026, 3, 31))
    ]
    assert (found.same, found.new_groups, found.refused) == (1, ["Design"], [])
    assert [row.group for row in found.added] == ["Design"]


def test_two_groups_on_one_day_are_refused() -> None:
    found = planned(
        "ada@x.org,Platform,2026-02-01,\n"
        "ada@x.org,Platform,2025-06-01,2026-01-01\n"
        "eve@x.org,Web,2026-01-01,\n"
        "eve@x.org,Platform,2026-01-31,\n"
        "eve@x.org,Web,2026-01-01,2026-02-01\n",
        ada("Web", "2026-01-01"),
    )
    assert places(found) == [
        (2, "from"),
        (3, "until"),
        (4, ""),
        (5, "from"),
        (6, "from"),
    ]
    assert "ada@x.org is in Web since" in found.refused[0].sentence
    assert "Line 5 is refused" in found.refused[2].sentence
    assert "Line 4" in found.refused[-1].sentence
    assert found.changes == 0


def test_a_longer_time_that_reaches_into_another_is_refused() -> None:
    kept = ada("Web", "2026-01-01", "2026-01-31"), ada("Platform", "2026-02-01")
    found = planned("ada@x.org,Web,2026-01-01,\n", *kept)
    assert (places(found), found.changes) == ([(2, "until")], 0)


def test_a_refused_change_refuses_all_changes_of_the_person() -> None:
    kept = (
        ada("Web", "2026-08-01", "2026-08-31"),
        ada("Platform", "2026-09-01", "2026-11-30"),
    )
    found = planned(
        "ada@x.org,Design,2026-10-01,\n"
        "ada@x.org,Platform,2026-09-01,2026-09-30\n"
        "ada@x.org,Web,2026-08-01,2026-09-15\n"
        "eve@x.org,Design,2026-10-01,\n",
        *kept,
    )
    assert places(found) == [(2, ""), (3, "from"), (4, "")]
    assert [row.email for row in found.added] == ["eve@x.org"]
    assert found.changed == []


def test_a_new_name_in_other_letters_is_one_group() -> None:
    found = planned(
        "ada@x.org,Alpha,2026-01-01,2026-01-31\n"
        "eve@x.org,alpha,2026-01-01,\n"
        "ada@x.org,ALPHA,2026-02-01,\n"
    )
    assert (found.new_groups, found.refused) == (["Alpha"], [])
    assert {row.group for row in found.added} == {"Alpha"}


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
SEEN = st.characters(codec="utf-8", categories=("L", "N", "P", "S"))
STARTING = st.sampled_from(["", "'", "''", "'=", "=", "''-", "＠"])
NAMES = st.builds(str.__add__, STARTING, st.text(SEEN, min_size=1, max_size=20)).filter(
    BLANKS.isdisjoint
)
EMAILS = st.builds(str.__add__, st.sampled_from(["", "'", "'-"]), st.emails())


@given(st.lists(st.tuples(EMAILS, NAMES, DAYS), max_size=8))
def test_an_export_reads_back_as_it_was(people: list[tuple[str, str, date]]) -> None:
    kept = {
        email.lower(): Row(0, email.lower(), group, first, first + timedelta(days=9))
        for email, group, first in people
        if len(email) <= 200
    }
    cells = [[row.email, row.group, row.first, row.last] for row in kept.values()]
    text = b"".join(blocks(COLUMNS, cells)).decode()
    rows, problems = read(text)
    assert problems == []
    groups = {row.group: False for row in kept.values()}
    found = plan(rows, problems, kept.values(), groups)
    if len(set(map(folded, groups))) == len(groups):
        assert (found.same, found.changes, found.refused) == (len(kept), 0, [])


MARCH = st.dates(date(2026, 3, 1), date(2026, 3, 9))


@st.composite
def times(draw: st.DrawFn) -> Row:
    first, last = draw(MARCH), draw(st.none() | MARCH)
    last = max(first, last) if last else None
    group = draw(st.sampled_from(["Web", "web", "Platform", "Old", "New", "NEW"]))
    return Row(0, draw(st.sampled_from(["ada@x.org", "eve@x.org"])), group, first, last)


def after(kept: list[Row], found: Plan) -> list[Row]:
    gone = {before.key for before, _row in found.changed}
    left = [row for row in kept if row.key not in gone]
    return [*left, *found.added, *(row for _before, row in found.changed)]


@given(st.lists(times(), max_size=8), st.lists(times(), max_size=8))
def test_no_plan_puts_anybody_in_two_groups_on_one_day(
    first: list[Row], second: list[Row]
) -> None:
    kept: list[Row] = []
    for rows in (first, second):
        numbered = [replace(row, line=n) for n, row in enumerate(rows, 2)]
        found = plan(numbered, [], kept, OPEN | {row.group: False for row in kept})
        told = found.changes + found.same + len(found.refused)
        assert told >= len(rows)
        kept = after(kept, found)
        for email in ("ada@x.org", "eve@x.org"):
            assert not list(overlaps(row for row in kept if row.email == email))


def test_thousands_of_rows_of_one_person_are_planned_at_once() -> None:
    compared = 0

    class Counted(date):
        def __lt__(self, other: date) -> bool:
            nonlocal compared
            compared += 1
            return super().__lt__(other)

        def __le__(self, other: date) -> bool:
            nonlocal compared
            compared += 1
            return super().__le__(other)

    start = date(2000, 1, 1).toordinal()
    days = [Counted.fromordinal(start + n) for n in range(2_000)]
    rows = [Row(n, "ada@x.org", "Web", day, day) for n, day in enumerate(days, 2)]
    assert plan(rows, [], [], OPEN).changes == 2_000
    assert compared < 20 * 2_000


def test_times_that_share_days_already_are_told_at_the_persons_first_change() -> None:
    kept = ada("Web", "2026-01-01"), ada("Platform", "2026-02-01", "2026-02-09")
    found = planned("ada@x.org,Old,2020-01-01,2020-01-31\n", *kept)
    assert found.changes == 0
    found = planned("ada@x.org,Design,2020-01-01,2020-01-31\n", *kept)
    assert places(found) == [(2, "")]
    mended = planned("ada@x.org,Web,2026-01-01,2026-01-31\n", *kept)
    assert (mended.changes, mended.refused) == (1, [])


@given(st.text(max_size=300))
def test_whatever_comes_is_rows_problems_or_a_refusal(text: str) -> None:
    try:
        rows, problems = read(HEAD + text)
    except BadInput as refused:
        assert refused.field == "file"
    else:
        found = plan(rows, problems, [], {})
        assert found.changes + len(found.refused) + found.same >= len(problems)
        assert all(isinstance(one, Problem) for one in found.refused)
