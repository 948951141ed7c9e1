"""Members, daily usage and spend: overwritten by natural key, never lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dashboard.adminapi.records import (
    DailyCounters,
    DailyUsageRecord,
    MemberRecord,
    SpendRecord,
    SpendReport,
)
from dashboard.models import DailyUsage, Member, SpendSnapshot, Stream
from dashboard.sync.people import (
    SuspiciousAnswer,
    save_daily,
    save_members,
    save_spend,
)
from tests.dashboard.sync.conftest import Sync
from tests.vendor import Vendor
from tokens.models import Attention, Team

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALICE = MemberRecord("alice@example.com", "Alice", "owner", "user_1", False)
BOB = MemberRecord("bob@example.com", "Bob", "member", "user_2", False)


def test_who_is_missing_twice_has_left_since_the_first_time(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_members(team, [ALICE], NOW + HOUR)
    assert Member.objects.present().count() == 2
    save_members(team, [ALICE], NOW + 2 * HOUR)
    assert Member.objects.departed().get().left_at == NOW + HOUR


def test_who_is_missing_once_is_still_there(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_members(team, [ALICE], NOW + HOUR)
    save_members(team, [ALICE, BOB], NOW + 2 * HOUR)
    save_members(team, [ALICE], NOW + 3 * HOUR)
    assert Member.objects.present().count() == 2


def test_who_is_marked_as_removed_has_left_and_may_come_back(team: Team) -> None:
    save_members(team, [ALICE, replace(BOB, is_removed=True)], NOW)
    assert Member.objects.departed().get().email == BOB.email
    save_members(team, [ALICE, BOB], NOW + HOUR)
    assert not Member.objects.departed().exists()


def test_the_same_list_again_writes_nothing(team: Team) -> None:
    assert save_members(team, [ALICE, BOB], NOW).inserted == 2
    assert save_members(team, [ALICE, BOB], NOW + HOUR).written == 0


def test_an_empty_list_is_not_believed(team: Team) -> None:
    save_members(team, [ALICE], NOW)
    with pytest.raises(SuspiciousAnswer, match="known members are kept"):
        save_members(team, [], NOW + HOUR)


def test_an_empty_list_from_the_vendor_is_shown_and_removes_nobody(
    sync: Sync, vendor: Vendor, team: Team
) -> None:
    sync(Stream.MEMBERS)
    known = Member.objects.present().count()
    vendor.fault("members", "empty_members", times=None)
    outcome = sync(Stream.MEMBERS)
    assert "lists no member" in outcome.error
    assert Member.objects.present().count() == known > 0
    assert Attention.objects.get(team=team, cleared_at=None).subject == "members"
    vendor.heal()
    assert not sync(Stream.MEMBERS).error
    assert not Attention.objects.filter(cleared_at=None).exists()


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
