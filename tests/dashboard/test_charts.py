import json
from datetime import UTC, date, datetime
from decimal import Decimal

from pytest_django import DjangoAssertNumQueries

from dashboard.charts import CHARTS, MOST_SERIES, axis, draw, ranked
from dashboard.models import EventKind
from dashboard.periods import DAY, Period
from dashboard.stats.freshness import Coverage
from tests import factories
from tokens.models import Team

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 5)
PERIOD = Period(FIRST, LAST)
COVERED = Coverage(
    datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 4, 12, tzinfo=UTC)
)
BY_MODEL, BY_KIND = CHARTS["daily-spend"], CHARTS["daily-spend-by-kind"]


def test_the_axis_ends_today_or_with_later_data() -> None:
    assert axis(PERIOD, [], FIRST + DAY) == (FIRST, FIRST + DAY)
    assert axis(PERIOD, [LAST], FIRST)[-1] == LAST


def test_an_absurd_range_is_drawn_from_the_first_day_with_data() -> None:
    ever = Period(date.min, date.max)
    assert axis(ever, [FIRST], LAST)[0] == FIRST
    assert axis(ever, [], LAST) == (LAST,)


def test_a_period_that_has_not_begun_has_no_axis() -> None:
    assert axis(PERIOD, [], FIRST - DAY) == ()


def test_a_day_without_usage_is_zero_only_where_it_was_fetched() -> None:
    days = axis(PERIOD, [], LAST)
    (series,) = ranked({"gpt-5": {FIRST: Decimal(5)}}, days, COVERED, {})
    assert list(series.values) == [Decimal(5), *[Decimal(0)] * 3, None]


def test_what_is_past_the_palette_is_summed_as_the_rest() -> None:
    sums = {f"m{number:02}": {FIRST: Decimal(20 - number)} for number in range(12)}
    series = ranked(sums, [FIRST], COVERED, {})
    assert len(series) == MOST_SERIES
    assert [s.label for s in series][0] == "m00"
    assert (series[-1].label, series[-1].colour) == ("5 other models", "rest")
    assert series[-1].total == sum(20 - number for number in range(7, 12))


def test_kinds_keep_their_place_and_colour_whatever_they_cost(team: Team) -> None:
    factories.rollup(team, FIRST, "9", kind=EventKind.ON_DEMAND)
    factories.rollup(team, FIRST, "1", kind=EventKind.INCLUDED)
    factories.rollup(team, FIRST, "0", kind=EventKind.FREE)
    drawn = draw(BY_KIND, team, PERIOD, COVERED, LAST)
    assert [s.label for s in drawn.series] == ["Included", "On-demand"]
    assert drawn.colours == "included on_demand"


def test_the_json_has_exactly_the_promised_keys(team: Team) -> None:
    factories.rollup(team, FIRST, "60.34932")
    found = draw(BY_MODEL, team, PERIOD, COVERED, LAST).json()
    assert found == {
        "type": "bar",
        "unit": "usd",
        "labels": [f"2026-11-0{number}" for number in range(1, 6)],
        "datasets": [{"label": "gpt-5", "data": [0.6034932, 0, 0, 0, None]}],
        "complete_until": "2026-11-04T12:00:00Z",
        "provisional_from": "2026-11-04",
        "state": "ok",
    }


def test_dollars_lose_nothing_of_the_cents(team: Team) -> None:
    factories.rollup(team, FIRST, "1234567.12345678")
    text = json.dumps(draw(BY_MODEL, team, PERIOD, COVERED, LAST).json())
    dollars = json.loads(text)["datasets"][0]["data"][0]
    assert round(Decimal(dollars) * 100, 8) == Decimal("1234567.12345678")


def test_empty_is_not_the_same_as_never_fetched(team: Team) -> None:
    assert draw(BY_MODEL, team, PERIOD, COVERED, LAST).state == "empty"
    never = draw(BY_MODEL, team, PERIOD, None, LAST)
    assert (never.state, never.json()["complete_until"]) == ("not_available", None)


def test_every_chart_is_one_query_and_is_registered_under_its_slug(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for slug, chart in CHARTS.items():
        assert slug == chart.slug
        with django_assert_num_queries(1):
            draw(chart, team, PERIOD, COVERED, LAST)
