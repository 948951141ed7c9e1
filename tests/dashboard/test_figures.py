from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboard.templatetags import figures


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        ("123456.5", "$1,234.57"),
        ("0", "$0.00"),
        ("0.4", "<$0.01"),
        ("-250", "−$2.50"),
        ("100000000000", "$1,000,000,000.00"),
    ],
)
def test_cents_are_written_as_dollars(cents: str, text: str) -> None:
    assert figures.dollars(Decimal(cents)) == text


def test_what_is_not_known_is_a_dash_and_not_a_zero() -> None:
    assert figures.dollars(None) == figures.count(None) == figures.day(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"), [("60.34932000", "60.34932"), ("1E+3", "1000"), ("-0", "0")]
)
def test_exact_values_are_plain_digits(value: str, text: str) -> None:
    assert figures.exact(Decimal(value)) == text


def test_counts_have_separators_and_units_their_halves() -> None:
    assert figures.count(1234567) == "1,234,567"
    assert figures.count(Decimal("8601.4")) == "8,601.4"


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (112, 100, "+12%"),
        (97, 100, "−3%"),
        (100, 100, "±0%"),
        (5, 0, ""),
        (5000, 100, "×50"),
    ],
)
def test_a_change_is_in_percent(now: int, before: int, text: str) -> None:
    assert figures.change(now, before) == text


def test_a_share_is_never_rounded_to_nothing() -> None:
    assert figures.share(Decimal(1), Decimal(1000)) == "<1%"
    assert figures.share(Decimal(1), Decimal(0)) == ""
    assert figures.width(Decimal(5), Decimal(4)) == "100.00%"


def test_words_are_listed_as_in_a_sentence() -> None:
    assert figures.listed(["A"]) == "A"
    assert figures.listed(["A", "B", "C"]) == "A, B and C"


def test_days_and_instants_are_utc() -> None:
    assert figures.day(date(2026, 11, 3)) == "3 Nov 2026"
    assert figures.day_short(date(2026, 11, 3)) == "3 Nov"
    at = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
    assert figures.instant(at) == "3 Nov 2026, 09:05 UTC"
