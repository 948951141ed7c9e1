from datetime import UTC, date, datetime

import pytest

from dashboard.periods import (
    BadInput,
    Cycle,
    Period,
    comparable,
    cycle_of,
    day,
    parse,
)
from tests import factories
from tokens.models import Team

TODAY = date(2026, 11, 23)
CYCLE = Cycle(
    datetime(2026, 11, 12, 8, 4, tzinfo=UTC),
    datetime(2026, 12, 12, 8, 4, tzinfo=UTC),
    known=True,
)


def read(**query: str) -> tuple[str, str]:
    period = parse(query, CYCLE, TODAY)
    return period.start.isoformat(), period.end.isoformat()


def test_a_cycle_has_the_days_that_start_in_it() -> None:
    assert read() == ("2026-11-12", "2026-12-11")


def test_cycles_tile_the_calendar() -> None:
    before, now = CYCLE.before().period, CYCLE.period
    assert (now.start - before.end).days == 1


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("cycle", "2026-11-12", "2026-12-11"),
        ("7d", "2026-11-17", "2026-11-23"),
        ("30d", "2026-10-25", "2026-11-23"),
        ("month", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
    ],
)
def test_a_preset_is_a_range_of_days(name: str, start: str, end: str) -> None:
    assert read(period=name) == (start, end)


def test_both_ends_are_inclusive_and_may_be_in_the_future() -> None:
    assert read(start="2026-11-01", end="9999-12-31") == ("2026-11-01", "9999-12-31")
    assert len(parse({"start": "2026-11-01", "end": "2026-11-01"}, CYCLE, TODAY)) == 1


def test_one_end_alone_leaves_the_other_at_the_cycle() -> None:
    assert read(start="2026-11-20") == ("2026-11-20", "2026-12-11")
    assert read(end="2026-11-20") == ("2026-11-12", "2026-11-20")
    assert read(start="2027-01-01") == ("2027-01-01", "2027-01-01")
    assert read(end="2026-01-01") == ("2026-01-01", "2026-01-01")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start": "yesterday"}, "start"),
        ({"start": "20260101"}, "start"),
        ({"start": "2026-W01-1"}, "start"),
        ({"end": "2026-02-30"}, "end"),
        ({"end": "2026-01-01" * 1000}, "end"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "start"),
        ({"period": "decade"}, "period"),
    ],
)
def test_what_cannot_be_read_is_named(query: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput, match=f"^{field} ") as error:
        parse(query, CYCLE, TODAY)
    assert error.value.field == field


def test_a_day_is_written_in_one_way_only() -> None:
    assert day("2026-01-31", "start") == date(2026, 1, 31)


def at(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_without_a_snapshot_the_calendar_month_stands_in(team: Team) -> None:
    cycle = cycle_of(team, at(2026, 2, 10))
    assert (cycle.start, cycle.end, cycle.known) == (
        at(2026, 2, 1),
        at(2026, 3, 1),
        False,
    )


def test_an_old_cycle_is_counted_on_to_the_present_one(team: Team) -> None:
    start = at(2026, 1, 31, 12)
    factories.snapshot(team, start, date(2026, 2, 1), "ada@example.com")
    cycle = cycle_of(team, at(2026, 3, 15))
    assert (cycle.start, cycle.end) == (at(2026, 2, 28, 12), at(2026, 3, 31, 12))
    assert cycle.known


def test_a_cycle_is_compared_with_as_many_days_of_the_one_before() -> None:
    other = comparable(CYCLE.period, CYCLE, TODAY)
    assert other == Period(date(2026, 10, 12), date(2026, 10, 22))


def test_other_days_are_compared_with_those_right_before() -> None:
    week = Period(date(2026, 11, 17), TODAY, "7d")
    assert comparable(week, CYCLE, TODAY) == Period(
        date(2026, 11, 11), date(2026, 11, 16)
    )
    over = Period(date(2026, 11, 5), date(2026, 11, 8))
    assert comparable(over, CYCLE, TODAY) == Period(
        date(2026, 11, 1), date(2026, 11, 4)
    )


def test_without_a_whole_day_or_an_earlier_one_nothing_is_compared() -> None:
    assert comparable(Period(TODAY, TODAY), CYCLE, TODAY) is None
    assert comparable(Period(date.min, date.max), CYCLE, TODAY) is None


def test_a_month_is_compared_with_the_start_of_the_month_before() -> None:
    month = parse({"period": "month"}, CYCLE, TODAY)
    assert comparable(month, CYCLE, TODAY) == Period(
        date(2026, 10, 1), date(2026, 10, 22)
    )
