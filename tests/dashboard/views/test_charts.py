import csv

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.charts import CHARTS
from dashboard.models import LocalGroup
from dashboard.rollups.versions import changed
from tests import factories
from tests.dashboard.conftest import World

URL = "/dashboard/chart/daily-spend.json"


def test_it_answers_the_chart_of_the_days_asked_for(
    alice: Client, world: World
) -> None:
    day = str(world.today)
    chart = alice.get(URL, {"start": day, "end": day}).json()
    assert chart["state"] == "empty"
    assert alice.get(URL).json()["state"] == "ok"


@pytest.mark.parametrize(
    "field", ["start", "end", "period", "measure", "split", "grain", "group"]
)
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
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    url = f"/dashboard/chart/{slug}.json"
    with django_assert_max_num_queries(10):
        first = alice.get(url)
    with django_assert_num_queries(5):
        again = alice.get(url)
    assert first.json() == again.json()
    assert first.status_code == 200


def test_a_browser_that_has_the_answer_gets_none(alice: Client, world: World) -> None:
    tag = alice.get(URL)["ETag"]
    again = alice.get(URL, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    other = alice.get(URL, {"measure": "included"}, headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_a_change_of_the_sums_is_another_answer(alice: Client, world: World) -> None:
    before = alice.get(URL)
    factories.rollup(world.team, world.today, "1000", model="new")
    changed(world.team)
    after = alice.get(URL, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "new" in [d["label"] for d in after.json()["datasets"]]


@pytest.mark.parametrize(
    ("filters", "dollars"),
    [
        ({}, 0.7584932),
        ({"measure": "on_demand"}, 0.125),
        ({"measure": "included"}, 0.6334932),
        ({"model": "opus"}, 0.155),
        ({"email": "Bob@Example.com "}, 0.03),
        ({"email": "-"}, 0),
        ({"email": "bob@example.com", "model": "gpt-5"}, 0),
    ],
)
@pytest.mark.parametrize(
    "slug", ["daily-spend", "daily-spend-by-kind", "daily-spend-by-person"]
)
def test_every_filter_is_obeyed(
    alice: Client, world: World, slug: str, filters: dict[str, str], dollars: float
) -> None:
    chart = alice.get(f"/dashboard/chart/{slug}.json", filters).json()
    drawn = [v or 0 for d in chart["datasets"] for v in d["data"]]
    assert round(sum(drawn), 8) == dollars


def test_a_group_is_who_was_in_it_on_that_day(alice: Client, world: World) -> None:
    group = LocalGroup.objects.create(team=world.team, name="Platform")
    group.members.create(
        email="ada@example.com", first_day=world.today - 3 * factories.DAY
    )
    factories.add_up(world.team)
    for number, dollars in ((str(group.pk), 0.125), ("-", 0.6334932)):
        for slug in CHARTS:
            if slug.startswith("daily-spend"):
                url = f"/dashboard/chart/{slug}.json"
                chart = alice.get(url, {"group": number}).json()
                drawn = [v or 0 for d in chart["datasets"] for v in d["data"]]
                assert round(sum(drawn), 8) == dollars, slug
    chart = alice.get("/dashboard/chart/daily-spend-by-group.json").json()
    sums = {
        d["label"]: round(sum(filter(None, d["data"])), 8) for d in chart["datasets"]
    }
    assert sums == {"Platform": 0.125, "In no group": 0.6334932}


def test_another_teams_group_is_not_found(alice: Client, world: World) -> None:
    other = LocalGroup.objects.create(team=factories.team("other"), name="Theirs")
    for url in (URL, "/dashboard/"):
        answer = alice.get(url, {"group": other.pk})
        assert answer.status_code == 404
        assert b"Theirs" not in answer.content


def test_its_csv_has_the_same_numbers(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/chart/daily-spend.csv", {"period": "7d"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [r["First day"] for r in rows][-1] == str(world.today)
    spent = {r["First day"]: r for r in rows if r["Total"] != "0"}
    assert spent[str(world.today - 4 * factories.DAY)]["gpt-5"] == "0.6034932"
    assert spent[str(world.today - 3 * factories.DAY)]["opus"] == "0.155"
    assert [r["Provisional"] for r in rows] == ["no"] * 5 + ["yes"] * 2


def test_nobody_else_may_keep_the_answer(alice: Client, world: World) -> None:
    for url in (URL, URL.replace("json", "csv"), "/dashboard/"):
        assert alice.get(url)["Cache-Control"] == "private, no-cache"


def test_answers_travel_compressed(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 8_000
