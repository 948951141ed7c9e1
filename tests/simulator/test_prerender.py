"""Pages that were made ready, beside the same pages made when asked for."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator.app import make_app, make_world
from simulator.days import DAY_MS, Clock, day_of
from simulator.people import LOADS
from simulator.state import DEMO_KEY
from simulator.world import World

from .conftest import NOW_MS, basic
from .walk import EVENTS, all_events

TODAY_MS = day_of(NOW_MS) * DAY_MS


def _client(prerender: int, processes: int = 1) -> TestClient:
    world = make_world(seed=5, people=12, days=9, clock=Clock(NOW_MS))
    app = make_app(world, prerender=prerender, processes=processes)
    client = TestClient(app, base_url="http://sim")
    client.headers["authorization"] = basic(DEMO_KEY)
    return client


@pytest.fixture(scope="module")
def plain() -> Iterator[TestClient]:
    with _client(0) as client:
        yield client


@pytest.fixture(scope="module")
def ready() -> Iterator[TestClient]:
    with _client(5) as client:
        yield client


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (TODAY_MS - DAY_MS, TODAY_MS - 1),
        (TODAY_MS - 9 * DAY_MS, NOW_MS),
        (TODAY_MS - 3 * DAY_MS + 40_000_000, NOW_MS - DAY_MS),
        (0, 1),
    ],
)
@pytest.mark.parametrize("size", [7, 1000])
def test_every_page_is_the_same_to_the_byte(
    plain: TestClient, ready: TestClient, start: int, end: int, size: int
) -> None:
    asked = {"startDate": start, "endDate": end, "pageSize": size}
    for page in (1, 2, 3, 40):
        one, two = (
            c.post(EVENTS, json={**asked, "page": page}) for c in (plain, ready)
        )
        assert one.content == two.content


@pytest.mark.parametrize("fault", ["restated", "string_numbers", "shuffled"])
def test_quirks_are_served_though_pages_are_ready(
    ready: TestClient, fault: str
) -> None:
    before = all_events(ready, TODAY_MS - 5 * DAY_MS, NOW_MS)
    ready.post("/_sim/faults", json={"endpoint": "events", "fault": fault})
    assert all_events(ready, TODAY_MS - 5 * DAY_MS, NOW_MS) != before
    ready.delete("/_sim/faults")
    assert all_events(ready, TODAY_MS - 5 * DAY_MS, NOW_MS) == before


@pytest.mark.parametrize(
    "path", ["/teams/spend", "/teams/daily-usage-data", "/teams/filtered-usage-events"]
)
def test_filters_spend_and_days_are_unchanged(
    plain: TestClient, ready: TestClient, path: str
) -> None:
    asked: dict[str, Any] = {"startDate": TODAY_MS - 7 * DAY_MS, "endDate": NOW_MS}
    asked["email"] = plain.get("/teams/members").json()["teamMembers"][0]["email"]
    assert plain.post(path, json=asked).content == ready.post(path, json=asked).content


def test_a_clock_set_back_hides_what_is_still_to_come() -> None:
    earlier = NOW_MS - 2 * DAY_MS
    asked = {"startDate": TODAY_MS - 3 * DAY_MS, "endDate": NOW_MS, "pageSize": 1000}
    seen = []
    for prerender in (0, 5):
        with _client(prerender) as client:
            client.post("/_sim/clock", json={"now_ms": earlier})
            paths = (EVENTS, "/teams/daily-usage-data", "/teams/spend")
            seen.append(
                [client.post(p, json={**asked, "page": 1}).json() for p in paths]
            )
    assert seen[0] == seen[1]
    assert all(int(e["timestamp"]) <= earlier for e in seen[0][0]["usageEvents"])


def test_other_processes_make_the_same_days(ready: TestClient) -> None:
    asked = {"startDate": TODAY_MS - 5 * DAY_MS, "endDate": NOW_MS, "pageSize": 1000}
    with _client(5, processes=2) as client:
        assert (
            client.post(EVENTS, json=asked).content
            == ready.post(EVENTS, json=asked).content
        )


@pytest.fixture(scope="module")
def crowd() -> World:
    return make_world(2, 1000, 90, Clock(NOW_MS), LOADS["typical"])


def test_a_thousand_typical_people_make_forty_thousand_events_a_day(
    crowd: World,
) -> None:
    workday = day_of(NOW_MS) - 2
    assert 38_000 < len(crowd.log.day(workday)) < 46_000
    assert len(crowd.log._days) == 1, "no other day had to be made for it"


def test_a_big_team_s_day_is_the_same_in_whatever_order_it_is_asked_for(
    crowd: World,
) -> None:
    other = make_world(2, 1000, 90, Clock(NOW_MS), LOADS["typical"])
    workday = day_of(NOW_MS) - 2
    other.log.day(workday + 1)
    assert other.log.day(workday) == crowd.log.day(workday)
