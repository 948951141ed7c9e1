import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dashboard.charts import Chart, Drawn, Type, Unit, draw
from dashboard.charts.axis import Key, words
from dashboard.charts.drawing import MOST_SERIES, OTHERS
from dashboard.charts.shapes import Number
from dashboard.periods import DAY
from tests.dashboard.charts.conftest import FIRST, LAST, asking, not_fetched
from tokens.models import Team

Given = Mapping[str, Mapping[Key, Number]]


def chart(sums: Given, **fields: Any) -> Chart:
    given = {"type": Type.BAR, "unit": Unit.USD} | fields
    return Chart(
        slug="test",
        title="Test",
        read=lambda question: sums,
        shape=lambda rows, question: rows,
        **given,
    )


def drawn(sums: Given, **fields: Any) -> Drawn:
    return draw(chart(sums, **fields), asking(Team()))


def test_a_day_without_usage_is_zero_only_where_it_was_fetched() -> None:
    (series,) = drawn({"gpt-5": {FIRST: Decimal(5)}}).series
    assert list(series.values) == [5, 0, 0, 0, None]


def test_where_gaps_are_unknown_nothing_is_zero() -> None:
    (series,) = drawn({"share": {FIRST: 5}}, type=Type.LINE, gaps=True).series
    assert list(series.values) == [5, None, None, None, None]


def test_what_is_past_the_palette_is_summed_as_the_rest() -> None:
    sums: Given = {
        f"m{number:02}": {FIRST: Decimal(20 - number)} for number in range(12)
    }
    series = drawn(sums).series
    assert len(series) == MOST_SERIES
    assert [s.label for s in series][0] == "m00"
    assert (series[-1].label, series[-1].colour) == ("All others", "rest")
    assert series[-1].total == sum(20 - number for number in range(7, 12))


def test_what_cannot_be_summed_has_no_rest_and_comes_in_its_own_order() -> None:
    sums: Given = {f"m{number:02}": {FIRST: number} for number in range(1, 13)}
    found = drawn(sums, type=Type.LINE)
    assert [s.label for s in found.series] == [f"m{n:02}" for n in range(1, 8)]
    assert found.plot.left_out == 5


def test_others_that_were_put_together_by_a_reader_come_last() -> None:
    found = drawn({OTHERS: {FIRST: 9}, "ada": {FIRST: 1}}).series
    assert [(s.label, s.colour == "rest") for s in found] == [
        ("ada", False),
        ("All others", True),
    ]


def test_a_series_of_nothing_but_zeros_says_nothing() -> None:
    assert [s.key for s in drawn({"a": {FIRST: 0}, "b": {FIRST: 1}}).series] == ["b"]
    assert [s.key for s in drawn({"a": {FIRST: 0}}).series] == ["a"]


def test_the_json_has_exactly_the_promised_keys() -> None:
    found = drawn({"gpt-5": {FIRST: Decimal("60.34932")}})
    assert found.json() == {
        "type": "bar",
        "unit": "usd",
        "labels": [f"2026-11-0{number}" for number in range(1, 6)],
        "datasets": [{"label": "gpt-5", "data": [0.6034932, 0, 0, 0, None]}],
        "complete_until": "2026-11-04T12:00:00Z",
        "provisional_from": "2026-11-04",
        "state": "ok",
    }


def test_dollars_lose_nothing_of_the_cents() -> None:
    found = drawn({"gpt-5": {FIRST: Decimal("1234567.12345678")}})
    dollars = json.loads(json.dumps(found.json()))["datasets"][0]["data"][0]
    assert round(Decimal(dollars) * 100, 8) == Decimal("1234567.12345678")


def test_the_table_twin_has_a_row_per_tick_and_their_sums() -> None:
    found = drawn({"a": {FIRST: 1, FIRST + DAY: 2}, "b": {FIRST: Decimal("0.5")}})
    assert [row.total for row in found.rows] == [Decimal("1.5"), 2, 0, 0, 0]
    assert found.total == Decimal("3.5")
    assert [row.is_provisional for row in found.rows] == [False] * 3 + [True] * 2
    assert found.has_provisional


def test_a_share_has_no_total() -> None:
    assert not chart({}, unit=Unit.PERCENT).adds_up
    assert not chart({}, type=Type.LINE).adds_up


def test_empty_is_not_the_same_as_never_fetched() -> None:
    assert drawn({}).state == "empty"
    never = draw(chart({}), not_fetched(asking(Team())))
    assert (never.state, never.json()["complete_until"]) == ("not_available", None)
    assert (never.rows, never.json()["labels"]) == ([], [])


def test_a_heat_map_has_a_level_for_all_that_there_is() -> None:
    sums: Given = {"Monday": {"00": 0, "01": 1, "02": 700}, "Friday": {"02": 350}}
    found = drawn(sums, type=Type.HEATMAP, axis=lambda *_: words("00", "01", "02"))
    levels = {name: [level for *_, level in cells] for name, cells in found.heat}
    assert levels == {"Monday": [0, 1, 7], "Friday": [0, 0, 4]}
    assert found.json()["labels"] == ["00", "01", "02"]
    assert (found.grain, found.until, found.has_provisional) == (None, None, False)


def test_today_is_the_end_of_what_is_drawn() -> None:
    assert drawn({"a": {FIRST: 1}}).ticks[-1].last == LAST
