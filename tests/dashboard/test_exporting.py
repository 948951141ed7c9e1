import asyncio
import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import AsyncRequestFactory, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from dashboard.exporting import BLOCK, STARTS, Cell, blocks, download, harmless, plain


def read(*rows: list[Cell]) -> list[list[str]]:
    text = b"".join(blocks(["name"], rows)).decode("utf-8-sig")
    return list(csv.reader(text.splitlines(keepends=True)))[1:]


@pytest.mark.parametrize(
    "text", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"]
)
def test_a_formula_is_a_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert read([text])[0][0].startswith("'")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_no_cell_starts_as_a_formula_and_none_is_lost(text: str) -> None:
    ((cell,),) = read([text]) if text else [("",)]
    assert not cell.startswith(STARTS)
    assert plain(cell) == text


@given(st.text(st.sampled_from("'=-a@"), max_size=6))
def test_what_looks_like_a_cell_made_harmless_comes_back_too(text: str) -> None:
    assert not harmless(text).startswith(STARTS)
    assert plain(harmless(text)) == text


def test_numbers_are_plain_and_exact_and_no_formulas() -> None:
    cells: list[Cell] = [
        Decimal("-0.00000001"),
        Decimal("1E+3"),
        7,
        True,
        None,
        date(2026, 11, 1),
        datetime(2026, 11, 1, 12, tzinfo=UTC),
    ]
    assert read(cells) == [
        [
            "-0.00000001",
            "1000",
            "7",
            "yes",
            "",
            "2026-11-01",
            "2026-11-01T12:00:00+00:00",
        ]
    ]


def test_a_file_is_written_while_it_is_read() -> None:
    taken = 0

    def rows() -> Iterator[list[Cell]]:
        nonlocal taken
        for taken in range(1, 10 * BLOCK):
            yield [taken]

    sent = blocks(["number"], rows())
    next(sent)
    assert taken == BLOCK
    assert sum(block.count(b"\r\n") for block in sent) == 9 * BLOCK - 1


def test_excel_is_told_that_it_is_utf_8() -> None:
    answer = download(RequestFactory().get("/"), "x.csv", ["名"], [["Şule"]])
    assert b"".join(answer) == "\ufeff名\r\nŞule\r\n".encode()
    assert answer["Content-Disposition"] == 'attachment; filename="x.csv"'


def test_an_asynchronous_server_gets_it_in_turns_too() -> None:
    async def sent() -> list[bytes]:
        rows = [[number] for number in range(BLOCK + 1)]
        answer = download(AsyncRequestFactory().get("/"), "x.csv", ["n"], rows)
        assert answer.is_async
        return [block async for block in answer]

    first, last = asyncio.run(sent())
    assert last == b"500\r\n"
    assert first.count(b"\r\n") == BLOCK + 1
