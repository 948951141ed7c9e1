from datetime import date
from decimal import Decimal

from dashboard.charts.spark import spark
from dashboard.grains import Grain, buckets
from tests.factories import DAY

FIRST = date(2026, 11, 2)
WEEK = [FIRST + DAY * number for number in range(4)]


def test_steps_go_up_to_the_highest_and_a_little_is_seen() -> None:
    cents = {FIRST: Decimal(100), WEEK[2]: Decimal(50), WEEK[3]: Decimal("0.1")}
    drawn = spark(cents, buckets(WEEK, Grain.DAY), Grain.DAY)
    assert drawn is not None
    assert drawn.path == "M0 24V0h1V24h1V12h1V23h1V24z"
    assert drawn.width == 4
    assert drawn.words == "Highest: $1.00, 2 Nov 2026"


def test_months_and_weeks_are_named_as_such() -> None:
    cents = {FIRST: Decimal(100)}
    for grain, words in (
        (Grain.MONTH, "November 2026"),
        (Grain.WEEK, "2 Nov 2026 – 5 Nov 2026"),
    ):
        drawn = spark(cents, buckets(WEEK, grain), grain)
        assert drawn is not None and drawn.words.endswith(words)


def test_who_spent_nothing_has_no_drawing() -> None:
    assert spark({}, buckets(WEEK, Grain.DAY), Grain.DAY) is None
