"""Daily usage and spend: overwritten by natural key, never lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dashboard.adminapi.records import (
    DailyCounters,
    DailyUsageRecord,
    SpendRecord,
    SpendReport,
)
from dashboard.models import DailyUsage, SpendSnapshot
from dashboard.sync.people import save_daily, save_spend
from tests import factories
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
    named = a_day(user_id="u3")
    save_daily(team, [one, other, one, named, named], NOW)
    assert DailyUsage.objects.get(email="").chat_requests == 6
    assert DailyUsage.objects.get(email="a@x.org").chat_requests == 3


def a_spend(
    cents: str, email: str = "a@x.org", user_id: str = "u", at: datetime = NOW
) -> SpendReport:
    total = Decimal(cents)
    record = SpendRecord(
        email,
        user_id,
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
    return SpendReport(int(at.timestamp() * 1000), (record,))


def test_a_spend_gauge_keeps_the_last_reading_of_each_day(team: Team) -> None:
    save_spend(team, a_spend("10.5"), NOW)
    assert save_spend(team, a_spend("10.5"), NOW + HOUR).unchanged == 1
    assert save_spend(team, a_spend("12.25"), NOW + HOUR).updated == 1
    save_spend(team, a_spend("20"), NOW + timedelta(days=1))
    rows = SpendSnapshot.objects.order_by("captured_day")
    assert [row.total for row in rows] == [Decimal("12.25"), Decimal(20)]


def rows(*spends: SpendReport) -> SpendReport:
    start = int(NOW.timestamp() * 1000)
    return SpendReport(start, tuple(row for one in spends for row in one.records))


@pytest.mark.parametrize(
    ("one", "other", "total"),
    [
        (("", "u1"), ("", "u2"), "15.5"),
        (("", ""), ("", ""), "15.5"),
        (("", "u1"), ("", "u1"), "5.5"),
        (("a@x.org", "u1"), ("a@x.org", "u2"), "15.5"),
        (("a@x.org", "u1"), ("a@x.org", "u1"), "5.5"),
    ],
)
def test_spend_of_different_people_adds_up_and_a_row_that_came_twice_does_not(
    team: Team, one: tuple[str, str], other: tuple[str, str], total: str
) -> None:
    save_spend(team, rows(a_spend("10", *one), a_spend("5.5", *other)), NOW)
    assert SpendSnapshot.objects.get().total == Decimal(total)


def test_days_without_email_and_id_add_up(team: Team) -> None:
    nobody = a_day(email="", user_id="")
    save_daily(team, [nobody, nobody], NOW)
    assert DailyUsage.objects.get().chat_requests == 6


def test_rows_of_one_answer_name_each_other(team: Team) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    records = [a_day(email="", day=yesterday), a_day()]
    assert save_daily(team, records, NOW).inserted == 2
    assert not DailyUsage.objects.filter(email="").exists()
    assert save_daily(team, records, NOW + HOUR).written == 0


def test_a_blanked_row_goes_to_whom_its_id_is_known_of(team: Team) -> None:
    save_spend(team, a_spend("10"), NOW)
    save_daily(team, [a_day()], NOW)
    factories.member(team, "b@x.org", external_id="user_9")
    blank = rows(a_spend("12", email=""), a_spend("3", email="", user_id="user_9"))
    assert save_spend(team, blank, NOW + HOUR).inserted == 1
    spent = dict(SpendSnapshot.objects.values_list("email", "total"))
    assert spent == {"a@x.org": Decimal(12), "b@x.org": Decimal(3)}
    assert save_daily(team, [a_day(email="")], NOW + HOUR).written == 0


def test_spend_that_was_nobodys_is_not_counted_twice_once_it_is_somebodys(
    team: Team,
) -> None:
    save_spend(team, a_spend("10", email=""), NOW)
    save_daily(team, [a_day(email="")], NOW)
    later = NOW + timedelta(days=1)
    save_spend(team, a_spend("11"), later)
    save_daily(team, [a_day()], later)
    present = SpendSnapshot.objects.present(team, NOW)
    assert sum(row.total or 0 for row in present) == 11
    assert sum(row.chat_requests for row in DailyUsage.objects.all()) == 3
    assert save_spend(team, a_spend("11"), later).written == 0
