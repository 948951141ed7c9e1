"""Billing groups: the newest answer wins, nobody's spend is forgotten."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dashboard.adminapi.errors import NotThere, VendorTrouble
from dashboard.adminapi.groups import GroupMemberRecord, GroupRecord, GroupsReport
from dashboard.models import BillingGroup, GroupMembership
from dashboard.sync.fetch_groups import read_cycles
from dashboard.sync.groups import save_groups
from tokens.models import Team

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MONTH_MS = 30 * 86_400_000
START_MS = int(NOW.timestamp() * 1000) - 10 * 86_400_000

ADA = GroupMemberRecord("user_1", "ada@x.org", "Ada", START_MS, None, Decimal("7.5"))
BOB = replace(ADA, user_id="user_2", email="bob@x.org", name="Bob")
GROUP = GroupRecord(
    "group_1", "Platform", "BILLING", "", 2, Decimal("15.000000001"), (ADA, BOB)
)
OUTSIDE = GroupRecord("", "Unassigned", "BILLING", "", 0, Decimal(1), ())
REPORT = GroupsReport(START_MS, START_MS + MONTH_MS, (GROUP, OUTSIDE))


def test_groups_and_who_is_in_them_are_written_once(team: Team) -> None:
    assert save_groups(team, [REPORT], NOW).inserted == 4
    assert save_groups(team, [REPORT], NOW + HOUR).written == 0
    group = BillingGroup.objects.get(group_id="group_1")
    assert (group.spend_cents, group.member_count) == (Decimal(15), 2)
    assert group.cycle_end is not None
    assert (group.cycle_end - group.cycle_start).days == 30


def test_the_newest_answer_wins_and_who_is_gone_keeps_the_spend(team: Team) -> None:
    save_groups(team, [REPORT], NOW)
    more = replace(ADA, spend_cents=Decimal(9))
    group = replace(GROUP, members=(more,), member_count=1)
    save_groups(team, [replace(REPORT, groups=(group, OUTSIDE))], NOW + HOUR)
    spend = dict(GroupMembership.objects.values_list("email", "spend_cents"))
    assert spend == {"ada@x.org": Decimal(9), "bob@x.org": Decimal("7.5")}


def test_a_former_member_who_was_blanked_stays_known(team: Team) -> None:
    save_groups(team, [REPORT], NOW)
    left_ms = START_MS + 5
    blank = replace(BOB, email="", name="", left_ms=left_ms, spend_cents=None)
    group = replace(GROUP, members=(ADA, blank))
    save_groups(team, [replace(REPORT, groups=(group, OUTSIDE))], NOW + HOUR)
    bob = GroupMembership.objects.get(user_id="user_2")
    assert (bob.email, bob.name, bob.spend_cents) == (
        "bob@x.org",
        "Bob",
        Decimal("7.5"),
    )
    assert bob.left_at is not None


def test_a_deleted_group_is_not_counted_beside_nobodys(team: Team) -> None:
    save_groups(team, [REPORT], NOW)
    report = replace(REPORT, groups=(replace(OUTSIDE, spend_cents=Decimal(16)),))
    save_groups(team, [report], NOW + HOUR)
    gone = BillingGroup.objects.get(group_id="group_1")
    assert (gone.name, gone.spend_cents, gone.member_count) == ("Platform", None, 0)
    assert gone.memberships.count() == 2
    assert save_groups(team, [report], NOW + 2 * HOUR).written == 0


class Vendor:
    """Answers for `cycles` cycles with spend, and empty ones before."""

    def __init__(self, cycles: int) -> None:
        self.cycles = cycles
        self.asked: list[date | None] = []

    def __call__(self, day: date | None) -> GroupsReport:
        back = len(self.asked)
        self.asked.append(day)
        start = START_MS - back * MONTH_MS
        groups = (GROUP,) if back < self.cycles else ()
        return GroupsReport(start, start + MONTH_MS, groups)


def test_past_cycles_are_read_back_to_the_first_spend_and_then_no_more(
    team: Team,
) -> None:
    vendor = Vendor(cycles=3)
    reports = read_cycles(team, vendor)
    assert (len(reports), len(vendor.asked)) == (3, 4)
    save_groups(team, reports, NOW)
    again = Vendor(cycles=3)
    assert len(read_cycles(team, again)) == len(again.asked) == 2


def test_a_vendor_that_knows_no_past_cycles_is_asked_for_the_running_one(
    team: Team,
) -> None:
    def no_past(day: date | None) -> GroupsReport:
        if day:
            raise NotThere("no such cycle")
        return REPORT

    assert read_cycles(team, no_past) == [REPORT]
    assert read_cycles(team, lambda day: REPORT) == [REPORT]


def test_trouble_with_a_past_cycle_is_trouble(team: Team) -> None:
    def broken(day: date | None) -> GroupsReport:
        if day:
            raise VendorTrouble("status 500")
        return REPORT

    with pytest.raises(VendorTrouble):
        read_cycles(team, broken)
