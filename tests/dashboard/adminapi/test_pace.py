"""Buckets, what a 429 changes, and who goes first. No test sleeps."""

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits.storage import memory
from redis import Redis, RedisError

from dashboard.adminapi import errors
from dashboard.adminapi.http import LONGEST_WAIT, Http
from dashboard.adminapi.pace import (
    OTHER,
    RECOVERY,
    Family,
    Paced,
    Priority,
    Unpaced,
    ceiling,
    family_of,
    rate,
)
from dashboard.adminapi.pacestore import MINUTE, Curb, InMemory, InRedis, Shared
from tests.vendor import Vendor

MEMBERS, EVENTS = "/teams/members", "/teams/filtered-usage-events"
START = 1_790_000_010.0  # thirty seconds before a minute of the clock begins
REDIS_URL = os.environ.get("TEST_REDIS_URL", "")


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        assert 0 < seconds <= LONGEST_WAIT
        self.now += seconds


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    """The storage of `limits` takes no clock: the module's own is exchanged."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "time", SimpleNamespace(time=clock))
        yield clock


@pytest.fixture
def pace(clock: Clock) -> Paced:
    clock.now = START
    return Paced(InMemory(clock), "acme", Priority.USER, clock, jitter=lambda: 2.0)


def taken(pace: Paced, path: str, tries: int = 200) -> int:
    """Requests that may go at once."""
    return sum(pace.acquire(path) == 0 for _ in range(tries))


def test_the_documented_figures_hold_per_family(pace: Paced) -> None:
    assert taken(pace, EVENTS) == 60
    assert taken(pace, MEMBERS) == 20
    assert taken(pace, "/teams/spend") == 0, "the same family as members"


@pytest.mark.parametrize(
    ("path", "per_minute"),
    [
        ("/teams/members", 20),
        ("/teams/audit-logs?page=2", 20),
        ("/settings/repo-blocklists/repos", 20),
        ("/never/heard/of", 20),
        ("/teams/filtered-usage-events", 60),
        ("/analytics/team/dau", 100),
        ("/analytics/by-user/models", 50),
        ("/analytics/ai-code/commits", 20),
        ("/analytics/team/conversation-insights", 20),
    ],
)
def test_each_path_has_its_documented_figure(path: str, per_minute: int) -> None:
    assert family_of(path).rate == per_minute


def test_a_lower_priority_leaves_the_rest_of_the_minute(pace: Paced) -> None:
    assert taken(replace(pace, priority=Priority.BACKFILL), EVENTS) == 30
    assert taken(replace(pace, priority=Priority.HOURLY), EVENTS) == 18
    assert taken(pace, EVENTS) == 12


def test_another_team_has_buckets_of_its_own(pace: Paced) -> None:
    taken(pace, EVENTS)
    assert taken(replace(pace, team="globex"), EVENTS) == 60


def test_the_wait_that_is_told_is_long_enough(pace: Paced, clock: Clock) -> None:
    taken(pace, MEMBERS)
    wait = pace.acquire(MEMBERS)
    assert MINUTE - 1 <= wait <= MINUTE
    clock.wait(wait)
    clock.now += 0.001
    assert pace.acquire(MEMBERS) == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(Priority), st.floats(0, 30), st.integers(1, 40)),
        max_size=40,
    )
)
def test_no_minute_holds_more_than_each_priority_may(
    clock: Clock, bursts: list[tuple[Priority, float, int]]
) -> None:
    store, sent = InMemory(clock), list[tuple[float, Priority]]()
    for priority, later, tries in bursts:
        clock.now += later
        pace = Paced(store, "acme", priority, clock)
        for _ in range(tries):
            if not pace.acquire(EVENTS):
                sent.append((clock.now, priority))
    for at, priority in sent:
        minute = [one for one, _ in sent if at - MINUTE < one <= at]
        assert len(minute) <= 60
        if priority is Priority.BACKFILL:
            mine = [one for one, p in sent if p is priority and at - MINUTE < one <= at]
            assert len(mine) <= 30


def test_a_429_halves_its_family_and_clean_time_gives_it_back(
    pace: Paced, clock: Clock
) -> None:
    assert pace.throttled(EVENTS, 7) == 7
    assert pace.acquire(EVENTS) == 7, "nobody asks before the vendor's own time"
    assert pace.acquire(MEMBERS) == 0, "other families go on"
    clock.now += 8
    assert taken(pace, EVENTS) == 30
    clock.now += 3 * RECOVERY
    assert taken(pace, EVENTS) == 33
    clock.now += 100 * RECOVERY
    assert taken(pace, EVENTS) == 60


def test_the_429s_of_one_moment_halve_once(pace: Paced, clock: Clock) -> None:
    for _ in range(5):
        pace.throttled(EVENTS, 7)
    clock.now += 8
    assert taken(pace, EVENTS) == 30


def test_a_family_that_is_halved_often_still_moves(pace: Paced, clock: Clock) -> None:
    for _ in range(10):
        pace.throttled(MEMBERS, 1)
        clock.now += MINUTE + 1
    assert taken(replace(pace, priority=Priority.BACKFILL), MEMBERS) == 1


@pytest.mark.parametrize(
    ("said", "seconds"), [(0.2, 1), (7, 7), (300, 300), (86400, 300), (None, 32)]
)
def test_a_pause_is_between_a_second_and_five_minutes(
    pace: Paced, said: float | None, seconds: float
) -> None:
    """Without a word: to the next minute, thirty seconds away, and two of jitter."""
    assert pace.throttled(MEMBERS, said) == seconds
    same = Unpaced(pace.now, pace.jitter)
    assert same.throttled(MEMBERS, said) == seconds
    assert same.acquire(MEMBERS) == 0


@given(st.integers(1, 100), st.sampled_from(Priority))
def test_ceilings_fall_with_the_priority(per_minute: int, priority: Priority) -> None:
    assert 1 <= ceiling(per_minute, priority) <= per_minute
    assert ceiling(per_minute, Priority.BACKFILL) <= ceiling(per_minute, priority)


def test_a_clock_that_is_set_back_gives_nothing_away() -> None:
    assert rate(Family("x", 20), Curb(5, START, START), START - 9999) == 5


def http(pace: Paced, clock: Clock, *statuses: int) -> Http:
    """Answers with these statuses, then with 200 for ever."""
    left = list(statuses)

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(left.pop(0) if left else 200, json={})

    transport = httpx.MockTransport(answer)
    return Http("https://x.example.org", "k", transport, clock.wait, pace)


def test_a_request_waits_for_its_turn_up_to_a_minute(pace: Paced, clock: Clock) -> None:
    client = http(pace, clock)
    for _ in range(100):
        client.json("GET", MEMBERS)
    assert 4 * MINUTE <= clock.now - START <= 4 * MINUTE + 10


def test_a_longer_turn_is_handed_back_with_the_time_to_come_again(
    pace: Paced, clock: Clock
) -> None:
    with pytest.raises(errors.Throttled) as raised:
        Http(
            "https://x.example.org",
            "k",
            httpx.MockTransport(
                lambda _: httpx.Response(429, headers={"retry-after": "200"})
            ),
            clock.wait,
            pace,
        ).json("GET", EVENTS)
    assert raised.value.retry_after == 200
    with pytest.raises(errors.Throttled) as raised:
        http(pace, clock).json("GET", EVENTS)
    assert raised.value.retry_after == 200
    assert clock.now == START


def test_waits_add_up_to_a_minute_at_most(pace: Paced, clock: Clock) -> None:
    with pytest.raises(errors.Throttled) as raised:
        http(pace, clock, 429, 429, 429).json("GET", EVENTS)
    assert clock.now - START == 32
    assert raised.value.retry_after == 60


@pytest.fixture
def against(vendor: Vendor, pace: Paced, clock: Clock) -> Iterator[Http]:
    """A client whose waiting moves the vendor's clock as well."""

    def wait(seconds: float) -> None:
        clock.wait(seconds)
        vendor.set_clock(datetime.fromtimestamp(clock.now, UTC))

    vendor.set_clock(datetime.fromtimestamp(clock.now, UTC))
    client = Http(vendor.url, vendor.key, wait=wait, pace=pace)
    yield client
    client.close()


def test_a_vendor_that_counts_as_documented_never_refuses(
    against: Http, vendor: Vendor, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    vendor.limit("documented")
    for _ in range(70):
        against.json("GET", MEMBERS)
    assert not caplog.records, "a refusal would be logged"
    assert clock.now - START < 4 * MINUTE


@pytest.mark.parametrize("form", ["none", "seconds"])
def test_a_vendor_that_allows_less_is_obeyed_and_not_asked_in_vain(
    against: Http,
    vendor: Vendor,
    caplog: pytest.LogCaptureFixture,
    form: str,
) -> None:
    """The vendor has halved its figure and told nobody."""
    vendor.limit({"other": 10}, form)
    for _ in range(60):
        against.json("GET", MEMBERS)
    assert 1 <= len(caplog.records) <= 3


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
