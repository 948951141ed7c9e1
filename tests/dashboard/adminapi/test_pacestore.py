"""Buckets that processes share, and what happens when Redis is gone."""

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis import Redis, RedisError

from dashboard.adminapi.pace import OTHER, Paced, Priority
from dashboard.adminapi.pacestore import MINUTE, Curb, InMemory, InRedis, Shared
from tests.dashboard.adminapi.conftest import EVENTS, MEMBERS, Clock, taken

REDIS_URL = os.environ.get("TEST_REDIS_URL", "")


class Gone:
    """A Redis that does not answer."""

    asked = 0

    def take(self, key: str, limit: int) -> float:
        self.asked += 1
        raise RedisError

    def curb(self, key: str) -> Curb | None:
        self.asked += 1
        raise RedisError

    def set_curb(self, key: str, curb: Curb, seconds: int) -> None:
        raise RedisError


def test_a_redis_that_is_gone_is_replaced_by_memory_and_logged_once(
    pace: Paced, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    gone = Gone()
    alone = replace(pace, store=Shared(gone, InMemory(clock), clock))
    assert taken(alone, EVENTS) == 60
    clock.now += 2 * MINUTE
    assert taken(alone, EVENTS) == 60
    assert gone.asked == 2, "once a minute"
    assert len(caplog.records) == 1
    alone.throttled(EVENTS, 3)
    assert alone.acquire(EVENTS) == 3


def test_a_redis_that_nobody_listens_at_does_not_stop_a_sync() -> None:
    shared = Shared(InRedis("redis://127.0.0.1:9/0"), InMemory())
    assert Paced(shared, "acme").acquire(MEMBERS) == 0


def _take_many(url: str, team: str) -> None:
    os._exit(taken(Paced(InRedis(url), team, Priority.USER), EVENTS, tries=50))


@pytest.fixture
def team() -> Iterator[str]:
    if not REDIS_URL:
        pytest.skip("needs TEST_REDIS_URL: run `make test-postgres`")
    name = f"test-{os.getpid()}-{threading.get_ident()}-{time.time()}"
    yield name
    with Redis.from_url(REDIS_URL) as client:
        for key in client.scan_iter(f"*{name}*"):
            client.delete(key)


def test_two_processes_on_one_redis_share_a_bucket(team: str) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_take_many, args=(REDIS_URL, team)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    codes = [worker.exitcode for worker in workers]
    assert sum(code or 0 for code in codes) == 60
    late = Paced(InRedis(REDIS_URL), team, Priority.USER)
    assert 0 < late.acquire(EVENTS) <= MINUTE


def test_a_429_is_known_to_every_process_on_one_redis(team: str) -> None:
    Paced(InRedis(REDIS_URL), team).throttled(MEMBERS, 30)
    other = Paced(InRedis(REDIS_URL), team, Priority.USER)
    assert 25 < other.acquire(MEMBERS) <= 30
    past = replace(other, now=lambda: time.time() + 31)
    assert taken(past, MEMBERS) == OTHER.rate // 2
