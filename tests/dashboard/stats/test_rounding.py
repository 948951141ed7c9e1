"""What is rounded still adds up."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from dashboard.stats.rounding import apportioned, parted, rounded

CENTS = st.decimals(-(10**4), 10**6, places=8)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(CENTS, min_size=width, max_size=width), min_size=1, max_size=12
    )
)


def is_near(exact: Decimal, whole: int) -> bool:
    """The whole number right below or above, and itself where it is one."""
    return abs(exact - whole) < 1


@given(TABLES)
def test_a_rounded_table_adds_up_in_both_directions(table: list[list[Decimal]]) -> None:
    found = rounded(table)
    for exact, row in zip(table, found, strict=True):
        assert all(map(is_near, exact, row))
        assert is_near(sum(exact, Decimal(0)), sum(row))
    for exact_column, column in zip(
        zip(*table, strict=True), zip(*found, strict=True), strict=True
    ):
        assert is_near(sum(exact_column, Decimal(0)), sum(column))
    whole = sum((value for row in table for value in row), Decimal(0))
    nearest = whole.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert abs(whole - sum(map(sum, found))) <= Decimal("0.5")
    assert whole % 1 == Decimal("0.5") or sum(map(sum, found)) == nearest


def test_a_third_each_is_not_lost() -> None:
    third = Decimal("33.33333333")
    assert sum(map(sum, rounded([[third], [third], [third]]))) == 100


@given(st.lists(st.decimals(0, 10**9, places=8), min_size=1, max_size=40))
def test_shares_add_up_to_a_hundred_percent(values: list[Decimal]) -> None:
    found = apportioned(values, 10_000)
    total = sum(values)
    assert sum(found) == (10_000 if total else 0)
    for value, share in zip(values, found, strict=True):
        assert not total or abs(value * 10_000 / total - share) < 1 + Decimal("1e-9")


@given(st.lists(CENTS, min_size=1, max_size=5))
def test_parts_add_up_to_their_sum_to_the_nearest(parts: list[Decimal]) -> None:
    found = parted(parts)
    whole = sum(parts, Decimal(0))
    assert sum(found) == whole.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert all(map(is_near, parts, found))


def test_nothing_has_no_shares() -> None:
    assert apportioned([Decimal(0), Decimal(0)], 10_000) == [0, 0]
    assert apportioned([], 10_000) == []
    assert rounded([]) == []
