from collections import Counter, defaultdict
from decimal import Decimal

from simulator.app import make_world
from simulator.days import DAY_MS, Clock, cycle_start, day_of
from simulator.events import Event, Kind
from simulator.view import View
from simulator.world import World, cost

from .conftest import NOW_MS


def _events(world: World) -> list[Event]:
    return list(world.events(0, world.clock()))


def test_the_same_seed_tells_the_same_story() -> None:
    first, second = (make_world(3, 6, 20, Clock(NOW_MS)) for _ in range(2))
    assert _events(first) == _events(second)
    assert first.members() == second.members()


def test_another_seed_tells_another_story() -> None:
    one, two = (make_world(seed, 6, 20, Clock(NOW_MS)) for seed in (1, 2))
    assert _events(one) != _events(two)


def test_a_restart_on_a_later_day_agrees_about_the_days_both_know() -> None:
    before = make_world(3, 12, 40, Clock(NOW_MS))
    after = make_world(3, 12, 40, Clock(NOW_MS + 11 * DAY_MS))
    both = after.first_day * DAY_MS, NOW_MS
    assert list(before.events(*both)) == list(after.events(*both)) != []


def test_days_come_out_alike_in_whatever_order_they_are_asked_for() -> None:
    one, two = (make_world(3, 12, 40, Clock(NOW_MS)) for _ in range(2))
    days = range(one.first_day, one.today() + 1)
    backwards = {day: one.log.day(day) for day in reversed(days)}
    assert backwards == {day: two.log.day(day) for day in days}


def test_an_event_is_there_once_its_time_has_come() -> None:
    clock = Clock(NOW_MS)
    world = make_world(3, 12, 5, clock)
    seen = _events(world)
    clock.fixed = NOW_MS + 3 * 3_600_000
    later = _events(world)
    assert later[: len(seen)] == seen and len(later) > len(seen)
    assert max(event.at_ms for event in later) <= clock()


def test_weekends_are_quiet(world: World) -> None:
    counts = Counter(day_of(e.at_ms) for e in world.events(0, NOW_MS))
    friday = day_of(NOW_MS) - 7
    weekend, monday = counts[friday + 1] + counts[friday + 2], counts[friday + 3]
    assert weekend < monday / 2


def test_a_default_team_looks_like_a_real_one() -> None:
    world = make_world(clock=Clock(NOW_MS))
    events = list(world.events(0, NOW_MS))
    assert 50_000 < len(events) < 60_000
    assert {event.kind for event in events} == set(Kind)
    assert 38 <= len(world.members()) <= 40
    assert 2 <= len(world.gone_emails()) <= 3
    assert len({event.model for event in events}) >= 8
    assert any(event.service_id and not event.email for event in events)
    assert any(event.cloud_agent for event in events)
    assert any(event.charged is None for event in events)
    assert max(Counter(events).values()) == 2


def test_included_usage_is_used_up_before_on_demand(world: World) -> None:
    start = world.cycle_start()
    used: defaultdict[str, float] = defaultdict(float)
    for event in world.events(start, NOW_MS):
        if event.tokens and event.email and event.kind is Kind.ON_DEMAND:
            assert used[event.email] >= 2000
        elif event.tokens and event.kind is Kind.INCLUDED:
            assert used[event.email] < 2000
            used[event.email] += event.charged or 0
    assert used


def test_spend_is_the_sum_of_the_cycle_s_events(world: World) -> None:
    events = [e for e in world.events(world.cycle_start(), NOW_MS) if e.email]
    overall = sum((cost(e) or Decimal(0) for e in events), Decimal(0))
    assert sum(row.used.overall for row in View(world).spend()) == overall > 0
    on_demand = [e for e in events if e.kind is Kind.ON_DEMAND]
    expected = sum((cost(e) or Decimal(0) for e in on_demand), Decimal(0))
    assert sum(row.used.on_demand for row in View(world).spend()) == expected


def test_money_carries_the_noise_of_binary_floats(world: World) -> None:
    longest = max(len(str(cost(e))) for e in world.events(0, NOW_MS))
    assert longest > 15


def test_a_cycle_starts_at_an_instant_of_a_day() -> None:
    anchor = cycle_start(NOW_MS)
    assert anchor % DAY_MS == ((12 * 60 + 8) * 60 + 4) * 1000
    assert cycle_start(anchor) == anchor
    assert cycle_start(anchor - 1) < anchor - 27 * DAY_MS
