"""Files that are no such export: each is refused by line and column."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.usage_csv import BadCsv, records
from tests.dashboard.test_usage_csv import HEADER, ROW, read

GOOD = f"{HEADER}\n{ROW}\n"
BAD: list[tuple[str, int, str, str]] = [
    ("", 1, "Date", "no such column"),
    ("foo,bar\n1,2\n", 1, "Date", "no such column"),
    ("%PDF-1.7\n%\x00\x01", 1, "Date", "no such column"),
    ("PK\x03\x04\x00\x00", 1, "Date", "not UTF-8 text"),
    ("<!doctype html><html>", 1, "Date", "no such column"),
    ("\n\nDate,Cost\n", 3, "Model", "no such column"),
    ("Date,Model\n", 1, "Cost", "no tokens, cost or requests"),
    ("Date,Model,Cost,MODEL\n", 1, "MODEL", "twice"),
    (f"{GOOD}yesterday{ROW[26:]}\n", 3, "Date", "“yesterday” is not a time"),
    (f"{GOOD}12{ROW[26:]}\n", 3, "Date", "before 2020"),
    (f"{GOOD}9999-12-31T23:59:59.000Z{ROW[26:]}\n", 3, "Date", "still to come"),
    (f"{GOOD}{ROW.replace('0.33', '33 cents')}\n", 3, "Cost", "“33 cents” is not an"),
    (f"{GOOD}{ROW.replace('0.33', '9e99')}\n", 3, "Cost", "not an amount"),
    (f"{GOOD}{ROW.replace('0.33', '1,2')}\n", 3, "Cost", "not an amount"),
    (f"{GOOD}{ROW.replace('1506', '15.06')}\n", 3, "Output Tokens", "whole number"),
    (f"{GOOD}{ROW.replace('1506', '-6')}\n", 3, "Output Tokens", "whole number"),
    (f"{GOOD}{ROW.replace('1506', '9' * 40)}\n", 3, "Output Tokens", "whole number"),
    (f"{GOOD}{ROW.replace('Yes', 'Maybe')}\n", 3, "Max Mode", "neither Yes nor No"),
    (f"{GOOD}2026-06-10,ada\n", 3, "Cloud Agent ID", "after 2 of 13 cells"),
    (f"{GOOD}{ROW},more\n", 3, "Cost", "more cells"),
    (f'{GOOD}"two\nlines"{ROW[26:]}\n', 3, "Date", "is not a time"),
    (f'{GOOD}{ROW}\n"open', 4, "", "not CSV"),
    (f'{GOOD}"a"b,c\n', 3, "", "not CSV"),
    (f"{GOOD}{'x' * 200_000}\n", 3, "", "not CSV"),
]


@pytest.mark.parametrize(("text", "line", "column", "problem"), BAD)
def test_what_is_wrong_is_named_by_line_and_column(
    text: str, line: int, column: str, problem: str
) -> None:
    with pytest.raises(BadCsv) as raised:
        read(text)
    assert (raised.value.line, raised.value.column) == (line, column)
    assert problem in str(raised.value)
    assert str(raised.value).startswith(f"Line {line}")


def test_what_is_not_utf_8_is_named() -> None:
    wrong = GOOD.encode() + ROW.replace("gpt-5", "gpt-\xe4").encode("latin-1")
    with pytest.raises(BadCsv, match="Line 3, column “Model”: .* is not UTF-8 text"):
        list(records(io.BytesIO(wrong)))
    with pytest.raises(BadCsv, match="Line 1, column “Date”: .* UTF-8"):
        list(records(io.BytesIO(GOOD.encode("utf-16"))))


@given(st.binary(max_size=300))
def test_no_file_at_all_raises_anything_else(junk: bytes) -> None:
    for start in (b"", f"{HEADER}\n".encode(), f"{GOOD}".encode()):
        try:
            list(records(io.BytesIO(start + junk)))
        except BadCsv as bad:
            assert bad.line >= 1


@given(st.lists(st.text(max_size=12), min_size=13, max_size=13))
def test_no_row_raises_anything_else(cells: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    try:
        list(
            records(
                io.BytesIO(f"{HEADER}\n{out.getvalue()}".encode("utf-8", "replace"))
            )
        )
    except BadCsv as bad:
        assert bad.line >= 2
