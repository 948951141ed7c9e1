import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.charts import CHARTS
from tests.dashboard.conftest import World

URL = "/dashboard/chart/daily-spend.json"


def test_it_answers_the_chart_of_the_days_asked_for(
    alice: Client, world: World
) -> None:
    day = str(world.today)
    chart = alice.get(URL, {"start": day, "end": day}).json()
    assert chart["state"] == "empty"
    assert alice.get(URL).json()["state"] == "ok"


@pytest.mark.parametrize("field", ["start", "end"])
def test_bad_input_is_json_that_names_the_field(
    alice: Client, world: World, field: str
) -> None:
    answer = alice.get(URL, {field: "<soon>"})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


def test_an_unknown_chart_is_not_found(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/chart/nothing.json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (404, "chart")


def test_another_teams_chart_is_not_found(charlie: Client, world: World) -> None:
    answer = charlie.get(URL, {"team": world.team.slug})
    assert (answer.status_code, answer.json()["error"]["field"]) == (404, "team")


@pytest.mark.parametrize("slug", CHARTS)
def test_its_queries_are_counted(
    alice: Client,
    world: World,
    slug: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(7):
        assert alice.get(f"/dashboard/chart/{slug}.json").status_code == 200


def test_nobody_else_may_keep_the_answer(alice: Client, world: World) -> None:
    for url in (URL, "/dashboard/"):
        assert alice.get(url)["Cache-Control"] == "private, no-cache"


def test_answers_travel_compressed(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 8_000
