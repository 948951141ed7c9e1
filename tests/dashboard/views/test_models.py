"""The models page: table, file, what-if."""

import csv
import re
from decimal import Decimal
from io import StringIO

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.views.models import STORIES
from tests import factories
from tests.dashboard.conftest import World
from tests.factories import DAY

URL = "/dashboard/models/"


def body(client: Client, query: str = "?period=7d", status: int = 200) -> str:
    answer = client.get(URL + query)
    assert answer.status_code == status
    return answer.content.decode()


def test_each_model_has_a_row_and_a_link_that_filters_by_it(
    alice: Client, world: World
) -> None:
    html = body(alice)
    assert "model=opus" in html
    assert 'data-value="60.34932"' in html
    assert "$0.16" in html


def test_each_model_is_compared_with_the_days_before_and_all_are_added_up(
    alice: Client, world: World
) -> None:
    """Today is left out on both sides, and a new model is called so."""
    for model, day, cents in (("opus", 10, "10"), ("opus", 0, "99"), ("new", 0, "5")):
        factories.rollup(world.team, world.today - day * DAY, cents, model=model)
    factories.rollup(world.team, world.today - DAY, "7", model="newer")
    factories.add_up(world.team)
    html = body(alice)
    changes = dict(
        re.findall(
            r">([\w-]+)</a></th><td[^>]*>\$[\d.]+</td><td[^>]*>[^<]+</td>"
            r'<td class="number">([^<]+)</td>',
            html,
        )
    )
    assert changes == {"opus": "+55%", "gpt-5": "new", "newer": "new", "new": "–"}
    whole, *_ = re.findall(r"<tfoot>.*?data-value=\"([^\"]+)\"", html)
    assert Decimal(whole) == Decimal("186.84932")


def test_the_file_has_the_exact_numbers(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/models.csv?period=7d")
    assert answer.status_code == 200
    text = b"".join(answer).decode("utf-8-sig")
    rows = {row["Model"]: row for row in csv.DictReader(StringIO(text))}
    assert Decimal(rows["gpt-5"]["Cost"]) == Decimal("0.6034932")
    assert rows["opus"]["Requests"] == "2"


def test_its_table_and_charts_are_made_from_one_read(
    alice: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body(alice)
    cache.clear()
    with django_assert_num_queries(11):
        body(alice)


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_a_chart_says_the_same_without_the_page(
    alice: Client, world: World, grain: str
) -> None:
    query = f"?period=90d&grain={grain}"

    def drawn() -> list[bytes]:
        every = [f"/dashboard/chart/{slug}.json{query}" for slug in STORIES]
        return [alice.get(url).content for url in every]

    body(alice, query)
    with_the_page = drawn()
    cache.clear()
    assert drawn() == with_the_page


def test_what_if_says_what_it_assumes(alice: Client, world: World) -> None:
    factories.rollup(world.team, world.today, "10", model="haiku", input_tokens=1000)
    factories.add_up(world.team)
    html = body(alice, "?period=7d&target=haiku")
    assert "On haiku these days would have cost about" in html
    assert "Assumed" in html


def test_a_target_that_the_team_never_used_is_refused_by_name(
    alice: Client, world: World
) -> None:
    assert "<h1>Target must be" in body(alice, "?target=nobody", status=400)


def test_a_target_without_a_price_in_these_days_is_a_sentence(
    alice: Client, world: World
) -> None:
    """The links of the picker keep the target: none of them leads to an error."""
    html = body(alice, "?start=2020-01-01&end=2020-01-31&target=opus")
    assert "opus has no tokens with a cost in these days" in html


def test_what_if_prices_one_model_at_another(alice: Client, world: World) -> None:
    for model, cents in (("haiku", "10"), ("sonnet", "30")):
        factories.rollup(world.team, world.today, cents, model=model, input_tokens=1000)
    factories.add_up(world.team)
    html = body(alice, "?period=7d&model=sonnet&target=haiku")
    answer = "On haiku these days would have cost about <strong>$0.10</strong> instead"
    assert f"{answer} of $0.30." in html


def test_days_without_usage_say_where_to_look(alice: Client, world: World) -> None:
    html = body(alice, "?start=2020-01-01&end=2020-01-31")
    assert "No usage in these days" in html


def test_a_member_does_not_see_it(bob: Client, world: World) -> None:
    assert bob.get(URL).status_code == 403
