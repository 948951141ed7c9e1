from dataclasses import replace
from datetime import date

from dashboard.charts.axis import Tick, days, first_provisional, timeline, words
from dashboard.grains import Grain
from dashboard.periods import DAY, Period
from tests.dashboard.charts.conftest import COVERED, FIRST, LAST, asking
from tokens.models import Team

PERIOD = Period(FIRST, LAST)


def test_the_axis_ends_today_or_with_later_data() -> None:
    assert days(PERIOD, [], FIRST + DAY) == (FIRST, FIRST + DAY)
    assert days(PERIOD, [LAST], FIRST)[-1] == LAST


def test_an_absurd_range_is_drawn_from_the_first_day_with_data() -> None:
    ever = Period(date.min, date.max)
    assert days(ever, [FIRST], LAST)[0] == FIRST
    assert days(ever, [], LAST) == (LAST,)


def test_a_period_that_has_not_begun_has_no_axis() -> None:
    assert days(PERIOD, [], FIRST - DAY) == ()


def test_weeks_are_named_after_their_first_day_inside_the_period() -> None:
    period = Period(date(2026, 11, 4), date(2026, 11, 17))
    question = replace(asking(Team(), period=period), today=date(2026, 11, 17))
    by_week = replace(question.filters, chosen_grain=Grain.WEEK)
    found = timeline(replace(question, filters=by_week), [])
    assert [tick.label for tick in found] == ["2026-11-04", "2026-11-09", "2026-11-16"]
    assert found[0].key == date(2026, 11, 2)
    assert found[-1].last == date(2026, 11, 17)


def test_a_tick_is_known_when_a_part_of_it_was_fetched() -> None:
    assert not Tick(FIRST, FIRST, FIRST).is_known(COVERED)
    assert Tick(FIRST, FIRST, FIRST + DAY).is_known(COVERED)
    assert not Tick(LAST, LAST, LAST).is_known(COVERED)
    assert not Tick(FIRST, FIRST, LAST).is_known(None)
    assert Tick("Monday").is_known(None)


def test_a_week_with_one_provisional_day_is_provisional() -> None:
    week = Tick(FIRST, FIRST, LAST)
    assert first_provisional([week], LAST) == FIRST
    assert first_provisional([week], LAST + 7 * DAY) == LAST + 6 * DAY
    assert first_provisional(words("Monday"), LAST) == LAST - DAY
