"""Single values of the Admin API, in every form they are known to come in."""

from decimal import Decimal

import pytest

from dashboard.adminapi import reading
from dashboard.adminapi.errors import Unreadable

INSTANT = 1_750_979_225_854


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        (str(INSTANT), INSTANT),
        (INSTANT, INSTANT),
        (Decimal(INSTANT), INSTANT),
        ("1750979225", 1_750_979_225_000),
        (1750979225, 1_750_979_225_000),
        ("2025-06-26T23:07:05.854Z", INSTANT),
        ("2025-06-27T01:07:05.854+02:00", INSTANT),
        ("2025-06-26T23:07:05", 1_750_979_225_000),
        ("2025-06-26", 1_750_896_000_000),
        (0, 0),
    ],
)
def test_an_instant_is_read_in_each_form(value: object, ms: int) -> None:
    assert reading.instant_ms({"timestamp": value}, "timestamp") == ms


@pytest.mark.parametrize("value", [None, "", "soon", True, [], {}, "NaN", "12e"])
def test_what_is_no_instant_is_refused_and_not_lost(value: object) -> None:
    with pytest.raises(Unreadable, match="timestamp"):
        reading.instant_ms({"timestamp": value}, "timestamp")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, Decimal(0)),
        ("12.5", Decimal("12.5")),
        (Decimal("40.16699999999999"), Decimal("40.16699999999999")),
        (None, None),
        (True, None),
        ("many", None),
        (Decimal("Infinity"), None),
        ({}, None),
    ],
)
def test_a_number_keeps_its_digits_and_absence_is_not_zero(
    value: object, number: Decimal | None
) -> None:
    assert reading.number({"x": value}, "x") == number


def test_ids_are_text_whatever_they_come_as() -> None:
    assert reading.text({"id": 12345}, "id") == "12345"
    assert reading.text({"id": " user_01 "}, "id") == "user_01"
    assert reading.text({}, "id") == ""


@pytest.mark.parametrize("answer", [None, [], "x", {"rows": None}])
def test_an_answer_without_its_list_is_refused(answer: object) -> None:
    with pytest.raises(Unreadable, match="rows"):
        reading.items(answer, "rows")
