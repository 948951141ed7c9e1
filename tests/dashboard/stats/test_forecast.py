"""The cycle's forecast: weekdays, too little history, and an interval that holds."""

from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dashboard.stats.forecast import FEWEST_DAYS, Ahead, Forecast, History, forecast

CYCLE = 30


def history(days: int, noise: float = 0.0, seed: int = 1) -> History:
    """100 on a working day, 10 on Saturday and Sunday; cycles of thirty days."""
    rng = Random(seed)
    values = [
        (10 if (n % 7) > 4 else 100) * (1 + noise * rng.uniform(-1, 1))
        for n in range(days)
    ]
    return History(values, [n % CYCLE for n in range(days)])


def ahead(*places: int) -> list[Ahead]:
    return [Ahead(place) for place in places]


def test_a_weekend_ahead_is_expected_to_be_quiet() -> None:
    up_to_a_friday = history(61)
    found = forecast(up_to_a_friday, ahead(1, 2))
    assert found and found.expected == pytest.approx(20, rel=0.15)


def test_a_regular_team_is_foretold_closely() -> None:
    found = forecast(history(75), ahead(*range(15, 30)))
    came = sum(history(90).values[75:])
    assert found and found.expected == pytest.approx(came, rel=0.05)
    assert found.low <= came <= found.high


def test_a_part_of_a_day_counts_as_much_as_it_is() -> None:
    known = history(60)
    whole, half = (forecast(known, [Ahead(0, weight)]) for weight in (1.0, 0.5))
    assert whole and half and half.expected == pytest.approx(whole.expected / 2)


def test_too_little_history_has_no_forecast() -> None:
    assert forecast(history(FEWEST_DAYS - 1), ahead(20)) is None
    assert forecast(history(FEWEST_DAYS), ahead(21)) is not None


def test_a_cycle_that_is_over_has_nothing_to_come() -> None:
    assert forecast(history(60), []) == Forecast(0, 0, 0)


@pytest.mark.parametrize(("days", "is_told"), [(6, False), (7, True)])
def test_a_history_of_next_to_nothing_foretells_nothing(
    days: int, is_told: bool
) -> None:
    quiet = History([0.0] * 60 + [5.0] * days, [0] * (60 + days))
    assert (forecast(quiet, ahead(0, 1)) is not None) is is_told


def test_the_interval_is_wider_for_a_team_that_is_less_regular() -> None:
    calm = forecast(history(120, noise=0.05), ahead(*range(10)))
    wild = forecast(history(120, noise=0.9), ahead(*range(10)))
    assert calm and wild
    assert wild.high - wild.low > 2 * (calm.high - calm.low)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(0, 1e9), min_size=FEWEST_DAYS, max_size=90),
    days=st.integers(1, 31),
)
def test_what_is_expected_lies_in_the_interval(values: list[float], days: int) -> None:
    known = History(values, [n % CYCLE for n in range(len(values))])
    found = forecast(known, ahead(*range(days)))
    assume(found is not None)
    assert found and 0 <= found.low <= found.expected * 1.000001
    assert found.expected <= found.high * 1.000001
