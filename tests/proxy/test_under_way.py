"""Requests that are not over yet, and what becomes of them when a process is killed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from proxy import under_way, usage
from proxy.auth import Caller
from proxy.models import GatewayProcess, GatewayRequest
from proxy.upstream.vocabulary import Finished, TextDelta
from proxy.usage import Record
from tokens.models import Team

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LATER = NOW + under_way.HEARD


@pytest.fixture
def record(team: Team) -> Iterator[Record]:
    record = Record("req_1", Caller(team, "master"), model="gpt-4o", prompt_tokens=5)
    usage.OPEN["req_1"] = record
    yield record
    usage.OPEN.pop("req_1", None)


def row() -> tuple[str, str, int, int]:
    one = GatewayRequest.objects.get()
    return one.outcome, one.error_code, one.status, one.completion_tokens


def test_it_is_told_once_for_each_thing_that_is_new(record: Record) -> None:
    assert under_way.news() == [record]
    assert under_way.news() == []
    record.committed = True
    assert under_way.news() == [record]


def test_a_request_under_way_is_a_row_with_what_it_came_to_so_far(
    record: Record,
) -> None:
    under_way.tell("one", under_way.news(), NOW)
    assert row() == ("under_way", "", 0, 0)
    record.see(TextDelta("Hi there"))
    record.committed = True
    under_way.tell("one", under_way.news(), NOW)
    assert row() == ("under_way", "", 200, 2)


def test_its_end_takes_the_place_of_what_was_told(record: Record) -> None:
    under_way.tell("one", under_way.news(), NOW)
    record.see(Finished("stop"))
    usage.insert([record])
    assert row()[0] == "ok"
    assert GatewayRequest.objects.get().process == ""
    assert under_way.reap(LATER) == 0


def test_a_process_that_is_not_heard_of_loses_its_requests(record: Record) -> None:
    under_way.tell("one", under_way.news(), NOW)
    almost = LATER - timedelta(seconds=1)
    under_way.tell("two", [], almost)
    assert row()[0] == "under_way"
    under_way.tell("two", [], LATER)
    assert row() == ("lost", "process_died", 0, 0)


def test_a_process_that_was_only_frozen_has_the_last_word(record: Record) -> None:
    under_way.tell("one", under_way.news(), NOW)
    assert under_way.reap(LATER) == 1
    record.see(Finished("stop"))
    usage.insert([record])
    assert row()[0] == "ok"


def test_processes_that_are_long_gone_are_forgotten(db: None) -> None:
    under_way.tell("one", [], NOW)
    under_way.tell("two", [], NOW + under_way.LONG_GONE + timedelta(seconds=1))
    assert [process.name for process in GatewayProcess.objects.all()] == ["two"]
