"""Many rows at a time, and what becomes of them while the database is gone."""

import asyncio
from collections.abc import Sequence

import pytest
from django.db import IntegrityError, OperationalError

from proxy import rows
from proxy.rows import Writer


class Table:
    """A table that can be gone for a while, and that refuses the row "bad"."""

    def __init__(self, gone: int = 0) -> None:
        self.batches: list[list[str]] = []
        self._gone = gone

    def insert(self, batch: Sequence[str]) -> None:
        if self._gone:
            self._gone -= 1
            raise OperationalError("gone")
        if "bad" in batch:
            raise IntegrityError("bad")
        self.batches.append(list(batch))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "AGAIN", 0.01)


async def written(table: Table, *names: str) -> None:
    writer = Writer(table.insert)
    await asyncio.gather(*map(writer.write, names))


async def test_rows_that_wait_together_are_written_together() -> None:
    table = Table()
    await written(table, *map(str, range(500)))
    assert len(table.batches) <= 4
    assert sorted(sum(table.batches, []), key=int) == [str(n) for n in range(500)]


async def test_a_row_is_written_before_its_writer_goes_on() -> None:
    table = Table()
    await Writer(table.insert).write("one")
    assert table.batches == [["one"]]


async def test_one_bad_row_takes_no_other_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    table = Table()
    await written(table, "one", "bad", "two")
    assert sorted(sum(table.batches, [])) == ["one", "two"]
    assert "A row is lost: 'bad'" in caplog.text


async def test_rows_wait_for_a_database_that_is_gone() -> None:
    table = Table(gone=3)
    await written(table, "one", "two")
    assert sorted(sum(table.batches, [])) == ["one", "two"]


async def test_a_caller_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PATIENCE", 0.01)
    table = Table(gone=20)
    writer = Writer(table.insert)
    await writer.write("one")
    assert table.batches == []
    monkeypatch.setattr(rows, "PATIENCE", 5)
    await writer.write("two")
    assert sum(table.batches, []) == ["one", "two"]


async def test_a_database_that_never_comes_back_costs_no_endless_memory(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rows, "PATIENCE", 0.01)
    monkeypatch.setattr(rows, "MOST", 3)
    writer = Writer(Table(gone=5).insert)
    await asyncio.gather(*(writer.write(str(number)) for number in range(6)))
    assert "A row is lost" in caplog.text
