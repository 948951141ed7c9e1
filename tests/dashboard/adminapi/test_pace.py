"""Buckets, what a 429 changes, and who goes first. No test sleeps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.adminapi.pace import (
    RECOVERY,
    Family,
    Paced,
    Priority,
    Unpaced,
    ceiling,
    family_of,
    rate,
)
from dashboard.adminapi.pacestore import MINUTE, Curb, InMemory
from tests.dashboard.adminapi.conftest import EVENTS, MEMBERS, START, Clock, taken


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
