from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.grains import Grain, buckets, fitting
from dashboard.periods import DAY, Period

START = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("days", "grain"),
    [
        (1, "day"),
        (92, "day"),
        (93, "week"),
        (190, "week"),
        (191, "month"),
        (4000, "month"),
    ],
)
def test_the_grain_follows_the_length(days: int, grain: str) -> None:
    assert fitting(Period(START, START + DAY * (days - 1))) is Grain(grain)


@given(st.dates(), st.integers(1, 400), st.sampled_from(list(Grain)))
def test_every_day_is_in_exactly_one_bucket(
    first: date, count: int, grain: Grain
) -> None:
    count = min(count, (date.max - first).days + 1)
    days = [first + DAY * number for number in range(count)]
    found = buckets(days, grain)
    put = [b.first + DAY * n for b in found for n in range((b.last - b.first).days + 1)]
    assert put == days
    assert all(grain.first(b.first) == grain.first(b.last) for b in found)


def test_a_week_begins_on_monday_but_for_the_first_of_all() -> None:
    assert Grain.WEEK.first(date(2026, 11, 22)) == date(2026, 11, 16)
    assert Grain.WEEK.first(date.min) == date.min
