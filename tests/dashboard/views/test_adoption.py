"""The adoption page: active people, counters, hours, idle seats."""

from datetime import UTC, date, datetime
from json import loads
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard import rollups
from dashboard.models import DailyUsage, LocalGroup, Stream
from tests import factories
from tests.dashboard.conftest import World
from tests.factories import DAY

URL = "/dashboard/adoption/"


def adas(world: World, day: date, **counters: Any) -> None:
    """Ten suggestions were shown to Ada on the day."""
    DailyUsage.objects.create(
        team=world.team,
        email="ada@example.com",
        day=day,
        is_active=True,
        total_tabs_shown=10,
        synced_at=datetime.now(UTC),
        **counters,
    )


@pytest.fixture
def counted(world: World) -> World:
    """Ada used the editor today and yesterday, with counters."""
    for day in (world.today, world.today - DAY):
        adas(
            world, day, total_tabs_accepted=4, agent_requests=7, client_version="2.1.6"
        )
    rollups.rebuild_activity(world.team, [world.today, world.today - DAY])
    return world


def body(client: Client, query: str = "") -> str:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return answer.content.decode()


def chart(client: Client, slug: str, query: str = "?period=7d") -> Any:
    answer = client.get(f"/dashboard/chart/{slug}.json{query}")
    assert answer.status_code == 200
    return loads(answer.content)


def test_the_page_shows_every_chart_with_its_table(
    alice: Client, counted: World
) -> None:
    html = body(alice, "?period=7d")
    for slug in ("active-people", "modes", "tabs", "client-versions"):
        assert f'data-chart-table="{slug}"' in html
    assert "40%" in html
    assert "2.1.6" in html


def test_counters_are_summed_by_day(alice: Client, counted: World) -> None:
    found = chart(alice, "modes")
    assert found["state"] == "ok"
    [agent, *_] = found["datasets"]
    assert agent["label"] == "Agent"
    assert agent["data"][-2:] == [7, 7]


def test_an_accept_rate_is_the_share_of_the_sums(alice: Client, counted: World) -> None:
    [tabs] = chart(alice, "accept-rate")["datasets"]
    assert tabs["data"][-1] == 40


def test_one_persons_counters_are_theirs_alone(alice: Client, counted: World) -> None:
    empty = chart(alice, "modes", "?period=7d&email=bob@example.com")
    assert empty["state"] != "ok"


def test_a_groups_people_count_while_they_are_in_it(
    alice: Client, counted: World
) -> None:
    group = LocalGroup.objects.create(team=counted.team, name="Platform")
    group.members.create(email="ada@example.com", first_day=counted.today)
    found = chart(alice, "modes", f"?period=7d&group={group.pk}")
    [agent, *_] = found["datasets"]
    assert sum(n or 0 for n in agent["data"]) == 7


def test_a_member_without_an_active_day_is_an_idle_seat(
    alice: Client, counted: World
) -> None:
    factories.member(counted.team, "idle@example.com", name="Ida Idle")
    html = body(alice)
    idle = html[html.index('id="idle"') :]
    assert "Ida Idle" in idle
    assert "ada@example.com" not in idle
    assert "$40.00" in idle


def test_its_figures_stand_beside_those_of_the_days_before(
    alice: Client, counted: World
) -> None:
    """Ada's 4 of 10 yesterday against 1 of 10 eight days ago; today is left out. Only
    where a month of counters before is known."""
    before = counted.today - 8 * DAY
    adas(counted, before, total_tabs_accepted=1, accepted_lines_added=50)
    yesterday = DailyUsage.objects.filter(day=counted.today - DAY)
    yesterday.update(accepted_lines_added=75)
    rollups.rebuild_activity(counted.team, [before, counted.today - DAY])
    assert "10% before" not in body(alice, "?period=7d")
    start = counted.cycle - 60 * DAY
    factories.window(counted.team, start, datetime.now(UTC), stream=Stream.DAILY)
    html = body(alice, "?period=7d")
    assert "10% before" in html
    assert '75 <small class="change">+50%</small>' in html


def test_it_asks_fifteen_times_at_most(
    alice: Client,
    counted: World,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    start = counted.cycle - 60 * DAY
    factories.window(counted.team, start, datetime.now(UTC), stream=Stream.DAILY)
    body(alice, "?period=30d")
    cache.clear()
    with django_assert_max_num_queries(15):
        body(alice, "?period=7d")


def test_an_unknown_length_of_idleness_is_refused_by_name(
    alice: Client, counted: World
) -> None:
    answer = alice.get(URL + "?idle=13")
    assert answer.status_code == 400
    assert "idle" in answer.content.decode()
