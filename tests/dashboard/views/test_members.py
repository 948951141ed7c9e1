import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import factories
from tests.dashboard.conftest import World

URL = "/dashboard/members/"


def people(client: Client, query: str = "") -> list[str]:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return re.findall(
        r'<span class="person"><a[^>]+>([^<]+?) ?<', answer.content.decode()
    )


def test_the_highest_spend_comes_first(alice: Client, world: World) -> None:
    assert people(alice) == ["Ada", "Bob"]


def test_a_header_sorts_and_sorts_back(alice: Client, world: World) -> None:
    factories.member(world.team, "cleo@example.com")
    assert people(alice, "?sort=name") == ["Ada", "Bob", "Cleo"]
    assert people(alice, "?sort=-name") == ["Cleo", "Bob", "Ada"]
    html = alice.get(URL + "?sort=name").content.decode()
    assert 'aria-sort="ascending"><a href="?sort=-name"' in html


@pytest.mark.parametrize(
    ("search", "found"),
    [("ADA", ["Ada"]), ("example bob", ["Bob"]), ("owner", ["Ada"])],
)
def test_search_looks_at_names_emails_and_roles(
    alice: Client, world: World, search: str, found: list[str]
) -> None:
    assert people(alice, f"?q={search}") == found


def test_nobody_found_says_so_harmlessly(alice: Client, world: World) -> None:
    html = alice.get(URL, {"q": "<script>"}).content.decode()
    assert "Nobody matches “&lt;script&gt;”" in html


def test_departed_and_unattributed_people_are_marked(
    alice: Client, world: World
) -> None:
    factories.rollup(world.team, world.today, email="")
    factories.rollup(world.team, world.today, email="eve@example.com")
    html = alice.get(URL).content.decode()
    for tag in ("Left", "No e-mail", "Not a member"):
        assert f'<span class="tag">{tag}</span>' in html


def test_the_period_is_kept_when_sorting_and_searching(
    alice: Client, world: World
) -> None:
    html = alice.get(URL + "?period=30d&q=a").content.decode()
    assert 'href="?period=30d&amp;sort=name&amp;q=a"' in html
    assert '<input type="hidden" name="period" value="30d">' in html


def test_many_people_come_in_pages(alice: Client, world: World) -> None:
    for number in range(120):
        factories.member(world.team, f"p{number:03}@example.com")
    assert len(people(alice)) == 100
    assert len(people(alice, "?page=2")) == 22


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=99", "?sort=money"])
def test_bad_input_is_refused(alice: Client, world: World, query: str) -> None:
    assert alice.get(URL + query).status_code == 400


def test_its_queries_are_counted(
    alice: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        factories.member(world.team, f"{number}@example.com")
    with django_assert_num_queries(10):
        people(alice)


def test_before_the_first_sync_it_points_to_the_overview(
    alice: Client, team: object
) -> None:
    html = alice.get(URL).content.decode()
    assert "No members have been fetched yet" in html


def test_the_last_active_day_is_shown(alice: Client, world: World) -> None:
    day = world.today - timedelta(days=3)
    assert f"{day.day} {day:%b %Y}" in alice.get(URL).content.decode()
