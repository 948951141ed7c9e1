"""Buckets that the processes of one machine share without Redis."""

import multiprocessing
import os
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.adminapi.pace import Paced, Priority
from dashboard.adminapi.pacefiles import InFiles
from dashboard.adminapi.pacestore import MINUTE, Curb, InMemory, Shared
from tests.dashboard.adminapi.conftest import EVENTS, MEMBERS, START, Clock, taken

numbers = count()


@pytest.fixture
def filed(pace: Paced, clock: Clock, tmp_path: Path) -> Paced:
    return replace(pace, store=InFiles(tmp_path / "pace", clock))


def test_the_documented_figures_hold_per_family(filed: Paced) -> None:
    assert taken(filed, EVENTS) == 60
    assert taken(filed, MEMBERS) == 20


def test_a_lower_priority_leaves_the_rest_of_the_minute(filed: Paced) -> None:
    assert taken(replace(filed, priority=Priority.BACKFILL), EVENTS) == 30
    assert taken(replace(filed, priority=Priority.HOURLY), EVENTS) == 18
    assert taken(filed, EVENTS) == 12


def test_the_wait_that_is_told_is_just_long_enough(filed: Paced, clock: Clock) -> None:
    low = replace(filed, priority=Priority.BACKFILL)
    for _ in range(30):
        clock.now += 1
        assert filed.acquire(EVENTS) == 0
    wait = low.acquire(EVENTS)
    assert MINUTE - 30 < wait < MINUTE - 27
    clock.wait(wait)
    assert low.acquire(EVENTS) == 0


def test_a_429_is_known_to_the_others(filed: Paced, tmp_path: Path) -> None:
    filed.throttled(MEMBERS, 7)
    other = replace(filed, store=InFiles(tmp_path / "pace", filed.now))
    assert other.acquire(MEMBERS) == 7


def test_a_clock_that_was_set_back_stops_nobody(filed: Paced, clock: Clock) -> None:
    taken(filed, EVENTS)
    clock.now -= 86_400
    assert taken(filed, EVENTS) == 60


def test_half_a_file_starts_again(filed: Paced, tmp_path: Path) -> None:
    taken(filed, EVENTS)
    (path,) = (tmp_path / "pace").iterdir()
    path.write_bytes(path.read_bytes()[:20])
    assert filed.acquire(EVENTS) == 0


def test_a_folder_that_cannot_be_written_does_not_stop_a_sync(
    pace: Paced, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "pace").write_text("not a folder")
    alone = Shared(InFiles(tmp_path / "pace", clock), InMemory(clock), clock)
    assert taken(replace(pace, store=alone), EVENTS) == 60


def _take_many(folder: str) -> None:
    pace = Paced(InFiles(Path(folder)), "acme", Priority.USER)
    os._exit(taken(pace, EVENTS, tries=50))


def test_three_processes_share_a_bucket(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_take_many, args=(str(tmp_path),)) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(worker.exitcode or 0 for worker in workers) == 60


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.floats(0, 40), st.integers(1, 30)), max_size=20))
def test_files_and_memory_agree(
    clock: Clock, tmp_path: Path, steps: list[tuple[float, int]]
) -> None:
    clock.now = START
    files, memory = InFiles(tmp_path / str(next(numbers)), clock), InMemory(clock)
    for later, limit in steps:
        clock.now += later
        assert (files.take("a:b", limit) == 0) == (memory.take("a:b", limit) == 0)
    files.set_curb("a:b", Curb(1, 2.0, 3.0), 60)
    assert files.curb("a:b") == Curb(1, 2.0, 3.0)
