"""Daily usage and spend: overwritten by natural key, never lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dashboard.adminapi.records import (
    DailyCounters,
    DailyUsageRecord,
    SpendRecord,
    SpendReport,
)
from dashboard.models import DailyUsage, SpendSnapshot
from dashboard.sync.people import save_daily, save_spend
from tokens.models import Team

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_day(**changes: object) -> DailyUsageRecord:
    counters = DailyCounters(chat_requests=3)
    day = DailyUsageRecord(
        "a@x.org", NOW.date(), "u1", True, counters, "gpt-5", ".py", ".py", "2.0"
    )
    return replace(day, **changes)  # type: ignore[arg-type]


def test_a_restated_day_overwrites_and_an_equal_one_does_not(team: Team) -> None:
    assert save_daily(team, [a_day()], NOW).inserted == 1
    assert save_daily(team, [a_day()], NOW + HOUR).unchanged == 1
    more = a_day(counters=DailyCounters(chat_requests=4))
    assert save_daily(team, [more], NOW + HOUR).updated == 1
    row = DailyUsage.objects.get()
    assert (row.chat_requests, row.synced_at) == (4, NOW + HOUR)


def test_days_without_an_email_add_up_and_a_row_that_came_twice_does_not(
    team: Team,
) -> None:
    one, other = a_day(email="", user_id="u1"), a_day(email="", user_id="u2")
    save_daily(team, [one, other, one, a_day(), a_day()], NOW)
    assert DailyUsage.objects.get(email="").chat_requests == 6
    assert DailyUsage.objects.get(email="a@x.org").chat_requests == 3


def a_spend(cents: str, email: str = "a@x.org") -> SpendReport:
    total = Decimal(cents)
    record = SpendRecord(
        email,
        "u",
        "A",
        "member",
        total,
        total,
        Decimal(0),
        total,
        "overall",
        1,
        *[None] * 3,
    )
    return SpendReport(int(NOW.timestamp() * 1000), (record,))


def test_a_spend_gauge_keeps_the_last_reading_of_each_day(team: Team) -> None:
    save_spend(team, a_spend("10.5"), NOW)
    assert save_spend(team, a_spend("10.5"), NOW + HOUR).unchanged == 1
    assert save_spend(team, a_spend("12.25"), NOW + HOUR).updated == 1
    save_spend(team, a_spend("20"), NOW + timedelta(days=1))
    rows = SpendSnapshot.objects.order_by("captured_day")
    assert [row.total for row in rows] == [Decimal("12.25"), Decimal(20)]


def test_spend_of_people_without_an_email_adds_up(team: Team) -> None:
    both = a_spend("10", email="").records + a_spend("5.5", email="").records
    save_spend(team, SpendReport(0, both), NOW)
    assert SpendSnapshot.objects.get().total == Decimal("15.5")
