import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dashboard.models import EventKind
from tests import factories
from tokens.models import Team

DAY = date(2026, 11, 20)
MEASURES = [
    "events",
    "charged_cents",
    "requests_costs",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "unpriced_events",
]


def report(*arguments: str) -> str:
    out = io.StringIO()
    range_ = ("--start", "2026-11-01", "--end", "2026-11-30")
    call_command("usage_report", *range_, *arguments, stdout=out)
    return out.getvalue()


def rows(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(report("--format", "json", *arguments))
    return found


def test_a_row_has_exactly_the_promised_columns(team: Team) -> None:
    factories.rollup(team, DAY, "60.34932", requests_costs="2.5", input_tokens=7)
    (row,) = rows("--by", "day,member,model,kind")
    assert list(row) == ["day", "email", "model", "kind", *MEASURES]
    assert row == {
        "day": "2026-11-20",
        "email": "ada@example.com",
        "model": "gpt-5",
        "kind": "included",
        "events": 1,
        "charged_cents": "60.34932",
        "requests_costs": "2.5",
        "input_tokens": 7,
        "output_tokens": 0,
        "cache_write_tokens": 0,
        "cache_read_tokens": 0,
        "unpriced_events": 0,
    }


def test_fewer_dimensions_come_in_the_one_order(team: Team) -> None:
    factories.rollup(team, DAY)
    (row,) = rows("--by", "kind,member")
    assert list(row) == ["email", "kind", *MEASURES]


@pytest.mark.parametrize(
    ("cents", "plain"),
    [("0", "0"), ("100", "100"), ("1E+3", "1000"), ("0.00000001", "0.00000001")],
)
def test_decimals_are_plain(team: Team, cents: str, plain: str) -> None:
    factories.rollup(team, DAY, cents)
    assert rows("--by", "day")[0]["charged_cents"] == plain


def test_no_usage_is_an_empty_list_and_a_sentence(team: Team) -> None:
    assert rows("--by", "day") == []
    assert report() == "No usage in these days.\n"


def test_withdrawn_events_are_shown_on_request_only(team: Team) -> None:
    at = factories.event(team, DAY, "1").synced_at
    factories.event(team, DAY, "9", withdrawn_at=at)
    assert rows() == []
    (row,) = rows("--withdrawn")
    assert (row["events"], row["charged_cents"]) == (1, "9")


def test_a_spreadsheet_gets_no_formula(team: Team) -> None:
    factories.rollup(team, DAY, "-5", model="=cmd()")
    found = list(
        csv.DictReader(io.StringIO(report("--by", "model", "--format", "csv")))
    )
    assert found[0]["model"] == "'=cmd()"
    assert found[0]["charged_cents"] == "-5"


def test_the_table_lines_up(team: Team) -> None:
    factories.rollup(team, DAY, "7", model="a")
    factories.rollup(team, DAY, "123.5", model="longer")
    lines = report("--by", "model").splitlines()
    assert len(lines) == 3
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--start", "soon"], "--start"),
        (["--end", "2026-02-30"], "--end"),
        (["--start", "2026-12-01"], "--start"),
        (["--by", "day,hour"], "--by"),
        (["--team", "nobody"], "--team"),
        (["--format", "xml"], "--format"),
    ],
)
def test_bad_input_is_named(team: Team, arguments: list[str], named: str) -> None:
    with pytest.raises(CommandError, match=named):
        report(*arguments)


def test_teams_are_not_mixed(team: Team) -> None:
    factories.rollup(team, DAY, "1")
    factories.rollup(factories.team("other"), DAY, "2", kind=EventKind.FREE)
    assert rows("--team", "other", "--by", "kind")[0]["charged_cents"] == "2"
