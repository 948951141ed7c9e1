"""A file of who is in which group: what is read, what is refused and where."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.exporting import blocks
from dashboard.group_csv import COLUMNS, Plan, Problem, Row, plan, read
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
    )
    assert places(found) == [
        (3, "email"),
        (5, "group"),
        (6, "from"),
        (7, "until"),
        (8, "group"),
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
    assert places(found) == [(2, "from"), (3, "until"), (5, "from"), (6, "from")]
    assert "ada@x.org is in Web since" in found.refused[0].sentence
    assert "Line 4" in found.refused[-1].sentence


def test_a_longer_time_that_reaches_into_another_is_refused() -> None:
    kept = ada("Web", "2026-01-01", "2026-01-31"), ada("Platform", "2026-02-01")
    found = planned("ada@x.org,Web,2026-01-01,\n", *kept)
    assert (places(found), found.changes) == ([(2, "until")], 0)


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
SEEN = st.characters(codec="utf-8", categories=("L", "N", "P", "S"))
# One that begins like a cell made harmless cannot be told from it.
NAMES = st.text(SEEN, min_size=1, max_size=20).filter(lambda name: name[0] != "'")


@given(st.lists(st.tuples(st.emails(), NAMES, DAYS), max_size=8))
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
    if len({name.casefold() for name in groups}) == len(groups):
        assert (found.same, found.changes, found.refused) == (len(kept), 0, [])


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
