from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from dashboard.charts import CHARTS, Drawn, draw
from dashboard.models import EventKind, LocalGroup
from tests import factories
from tests.dashboard.charts.conftest import FIRST, LAST, asking
from tests.factories import DAY
from tokens.models import Team


def drawn(slug: str, team: Team) -> Drawn:
    return draw(CHARTS[slug], asking(team))


def test_kinds_keep_their_place_and_colour_whatever_they_cost(team: Team) -> None:
    factories.rollup(team, FIRST, "9", kind=EventKind.ON_DEMAND)
    factories.rollup(team, FIRST, "1", kind=EventKind.INCLUDED)
    factories.rollup(team, FIRST, "0", kind=EventKind.FREE)
    found = drawn("daily-spend-by-kind", team)
    assert [s.label for s in found.series] == ["Included", "On-demand"]
    assert found.colours == "included on_demand"


def test_usage_without_a_model_is_named_so(team: Team) -> None:
    factories.rollup(team, FIRST, "9", model="")
    assert [s.label for s in drawn("daily-spend", team).series] == ["No model named"]


def test_the_highest_people_are_shown_and_all_others_together(team: Team) -> None:
    for number in range(20):
        email = f"p{number:02}@example.com"
        factories.member(team, email)
        factories.rollup(team, FIRST, str(number + 1), email=email)
    factories.rollup(team, LAST, "3", email="p00@example.com")
    found = drawn("daily-spend-by-person", team).series
    assert [s.label for s in found] == [f"P{19 - n}" for n in range(7)] + ["All others"]
    assert found[-1].values[0] == sum(range(1, 14))
    assert found[-1].values[-1] == 3


def test_people_of_one_name_are_told_apart(team: Team) -> None:
    for email in ("ada@x.org", "ada@y.org"):
        factories.member(team, email, name="Ada")
        factories.rollup(team, FIRST, email=email)
    factories.rollup(team, FIRST, "1", email="")
    labels = [s.label for s in drawn("daily-spend-by-person", team).series]
    assert labels == ["Ada (ada@x.org)", "Ada (ada@y.org)", "Unattributed"]


def test_one_persons_spend_is_split_by_the_groups_that_they_were_in(
    team: Team,
) -> None:
    ada = "ada@example.com"
    for name, day in (("North", FIRST), ("South", FIRST + DAY)):
        group = LocalGroup.objects.create(team=team, name=name)
        group.members.create(email=ada, first_day=day, last_day=day)
    for cents, day in (("1", FIRST), ("2", FIRST + DAY), ("4", LAST)):
        factories.rollup(team, day, cents, email=ada)
        factories.rollup(team, day, "9", email="bob@example.com")
    factories.add_up(team)
    asked = asking(team, email=ada)
    found = draw(CHARTS["daily-spend-by-group"], asked).series
    assert {s.label: s.total for s in found} == {
        "North": 1,
        "South": 2,
        "In no group": 4,
    }


def test_tokens_are_stacked_by_type(team: Team) -> None:
    factories.rollup(team, FIRST, input_tokens=5, output_tokens=2, cache_read_tokens=95)
    found = drawn("tokens", team)
    assert {s.label: s.values[0] for s in found.series} == {
        "Cache read": 95,
        "Input": 5,
        "Output": 2,
    }
    assert found.json()["unit"] == "tokens"


def test_the_cache_share_is_of_the_tokens_that_went_in(team: Team) -> None:
    factories.rollup(team, FIRST, input_tokens=5, output_tokens=9, cache_read_tokens=15)
    (series,) = drawn("cache-share", team).series
    assert series.values == (Decimal(75), None, None, None, None)


def test_the_models_that_cost_most_show_what_a_request_costs(team: Team) -> None:
    for number in range(9):
        factories.rollup(team, FIRST, str(number), model=f"m{number}", events=number)
    factories.rollup(team, FIRST, "1.5", model="dear and rare")
    found = drawn("request-cost", team)
    assert [s.label for s in found.series] == [f"m{n}" for n in range(8, 1, -1)]
    assert found.plot.left_out == 2


@pytest.mark.parametrize(
    ("slug", "queries"),
    [
        ("daily-spend", 1),
        ("daily-spend-by-kind", 1),
        ("daily-spend-by-person", 3),
        ("daily-spend-by-group", 3),
        ("tokens", 1),
        ("cumulative-spend", 1),
    ],
)
def test_its_queries_are_counted(
    team: Team,
    slug: str,
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    factories.rollup(team, FIRST)
    with django_assert_num_queries(queries):
        assert drawn(slug, team).state == "ok"


def test_every_chart_is_registered_under_its_slug() -> None:
    assert [slug for slug, chart in CHARTS.items() if slug != chart.slug] == []
