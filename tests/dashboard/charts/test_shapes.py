from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from dashboard.charts.axis import Key
from dashboard.charts.shapes import Number, added, shares
from dashboard.grains import Grain
from dashboard.stats.rows import UsageRow

MONDAY, FRIDAY, NEXT = date(2026, 11, 2), date(2026, 11, 6), date(2026, 11, 9)


def row(day: date, cents: str = "0", read: int = 0, given: int = 0) -> UsageRow:
    return UsageRow(
        day=day,
        charged_cents=Decimal(cents),
        cache_read_tokens=read,
        input_tokens=given,
    )


def test_days_are_put_together_to_weeks_and_months() -> None:
    rows = [("a", row(MONDAY, "1")), ("a", row(FRIDAY, "2")), ("a", row(NEXT, "4"))]

    def cents(grain: Grain) -> Mapping[Key, Number]:
        return added(rows, grain, lambda r: r.charged_cents)["a"]

    assert cents(Grain.DAY) == {MONDAY: 1, FRIDAY: 2, NEXT: 4}
    assert cents(Grain.WEEK) == {MONDAY: 3, NEXT: 4}
    assert cents(Grain.MONTH) == {date(2026, 11, 1): 7}


def test_a_share_of_a_week_is_that_of_its_sums() -> None:
    rows = [("a", row(MONDAY, read=1, given=1)), ("a", row(FRIDAY, read=2, given=98))]
    rows.append(("a", row(NEXT)))
    found = shares(
        rows, Grain.WEEK, lambda r: r.cache_read_tokens, lambda r: r.input_tokens
    )
    assert found == {"a": {MONDAY: Decimal(300) / 99}}


def test_a_share_is_never_more_than_all_of_it() -> None:
    rows = [("a", row(MONDAY, read=3, given=2)), ("a", row(NEXT, read=1, given=2))]
    found = shares(
        rows, Grain.DAY, lambda r: r.cache_read_tokens, lambda r: r.input_tokens
    )
    assert found == {"a": {MONDAY: 100, NEXT: 50}}
