"""What holds for every list that is read: nothing that came is lost, and what the rows
look like is noted."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from dashboard.models import (
    BillingGroup,
    DailyUsage,
    FieldSeen,
    GroupDay,
    GroupMembership,
    QuarantinedRow,
    SpendSnapshot,
    Stream,
    SyncWindow,
)
from dashboard.sync import fetch_groups
from dashboard.sync.journal import USED
from dashboard.sync.windows import DAY_MS, Window
from tests.dashboard.sync.conftest import Clock, Sync
from tests.vendor import Vendor
from tokens.models import Attention, Team

LISTS = [stream for stream in Stream if stream is not Stream.EVENTS]
WINDOWED = {Stream.DAILY, Stream.AUDIT}


def lately(clock: Clock) -> list[Window]:
    now = int(clock.now.timestamp() * 1000)
    return [Window(now - 12 * DAY_MS, now)]


@pytest.mark.parametrize("stream", LISTS)
def test_a_row_that_cannot_be_read_is_kept_and_holds_up_no_other(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock, stream: Stream
) -> None:
    vendor.fault(stream, "bad_rows", times=None, share=0.25)
    outcome = sync(stream, lately(clock))
    held = QuarantinedRow.objects.filter(team=team, stream=stream)
    assert outcome.error == ""
    assert outcome.counts.inserted > 0
    assert outcome.counts.quarantined == sum(row.times for row in held) > 0
    assert Attention.objects.filter(kind="quarantine", subject=stream).exists()


@pytest.mark.parametrize("stream", Stream)
def test_every_field_that_our_numbers_rest_on_is_watched(
    sync: Sync, team: Team, clock: Clock, stream: Stream
) -> None:
    sync(stream, lately(clock))
    used = FieldSeen.objects.filter(team=team, stream=stream, is_used=True)
    assert set(used.values_list("path", flat=True)) == USED[stream]


@pytest.mark.parametrize(
    ("stream", "gone"),
    [
        (Stream.MEMBERS, "id"),
        (Stream.SPEND, "overallSpendCents"),
        (Stream.DAILY, "userId"),
    ],
)
def test_a_field_that_no_longer_comes_is_an_alarm(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock, stream: Stream, gone: str
) -> None:
    sync(stream, lately(clock))
    assert not Attention.objects.exists()
    vendor.fault(stream, "seed_shape", times=None)
    sync(stream, lately(clock))
    alarm = Attention.objects.get(kind="schema", subject=stream, cleared_at=None)
    assert gone in alarm.text
    vendor.heal()
    sync(stream, lately(clock))
    assert not Attention.objects.filter(cleared_at=None).exists()


@pytest.mark.parametrize("stream", LISTS)
def test_unknown_fields_are_noted_and_change_nothing(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock, stream: Stream
) -> None:
    first = sync(stream, lately(clock))
    vendor.fault(stream, "unknown_fields", times=None)
    again = sync(stream, lately(clock))
    seen = set(FieldSeen.objects.values_list("path", flat=True))
    assert {"surprise", "newThing.inside"} <= seen
    assert first.counts.inserted > 0
    assert again.counts.written == 0


def counters(team: Team) -> list[tuple[object, ...]]:
    sums = DailyUsage.objects.filter(team=team).order_by("day").values_list("day")
    return list(sums.annotate(Sum("agent_requests"), Sum("total_lines_added")))


def spent(team: Team) -> Decimal:
    (cycle,) = set(SpendSnapshot.objects.values_list("cycle_start", flat=True))
    present = SpendSnapshot.objects.present(team, cycle)
    total: Decimal = present.aggregate(total=Sum("total"))["total"]
    return total


@pytest.mark.parametrize("is_new", [True, False])
def test_use_and_money_of_rows_without_an_email_is_neither_lost_nor_doubled(
    sync: Sync, vendor: Vendor, team: Team, clock: Clock, is_new: bool
) -> None:
    sync(Stream.DAILY, lately(clock))
    sync(Stream.SPEND)
    expected = counters(team), spent(team)
    if is_new:
        DailyUsage.objects.all().delete()
        SpendSnapshot.objects.all().delete()
    for share in (0.6, 0, 0.3, 1, 0):
        vendor.heal()
        for stream in ("daily", "spend"):
            vendor.fault(stream, "no_email", times=None, share=share)
        sync(Stream.DAILY, lately(clock))
        sync(Stream.SPEND)
        assert (counters(team), spent(team)) == expected


def test_groups_are_known_day_by_day_and_person_by_person(
    sync: Sync, team: Team, clock: Clock
) -> None:
    sync(Stream.GROUPS)
    for group in BillingGroup.objects.all():
        days = group.days.filter(user_id="")
        assert sum(day.spend_cents for day in days) == group.spend_cents
    for member in GroupMembership.objects.exclude(group__group_id=""):
        mine = member.group.days.filter(user_id=member.user_id)
        assert sum(day.spend_cents for day in mine) == member.spend_cents
    assert GroupDay.objects.exclude(user_id="").exists()
    windows = SyncWindow.objects.done().filter(stream=Stream.GROUPS)
    assert windows.count() == 2
    newest = windows.order_by("-end_ms")[0]
    assert clock.now.timestamp() * 1000 - newest.end_ms < DAY_MS
    again = sync(Stream.GROUPS)
    assert (again.error, again.counts.written) == ("", 0)


def test_a_groups_days_are_asked_for_once_a_day_and_a_few_groups_at_a_time(
    sync: Sync,
    team: Team,
    vendor: Vendor,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetch_groups, "DETAILS_A_ROUND", 2)

    def asked() -> int:
        before = len(details(vendor))
        sync(Stream.GROUPS)
        return len(details(vendor)) - before

    groups = BillingGroup.objects.exclude(group_id="")
    first = asked()
    rounds = [first, *(asked() for _ in range(groups.count() // 2))]
    assert rounds[:2] == [2, 2]
    assert sum(rounds) == groups.count()
    assert asked() == 0
    clock.now += timedelta(hours=21)
    assert asked() == 2


def details(vendor: Vendor) -> list[str]:
    return [r["path"] for r in vendor.requests() if "/teams/groups/group" in r["path"]]


def test_a_key_that_may_not_read_a_groups_days_reads_the_rest(
    sync: Sync, team: Team, vendor: Vendor
) -> None:
    vendor.fault("group", "403", times=None)
    outcome = sync(Stream.GROUPS)
    assert (outcome.error, outcome.unavailable) == ("", "")
    assert not GroupDay.objects.exclude(user_id="").exists()
    assert GroupDay.objects.exists()


def test_a_day_of_a_group_keeps_what_was_said_of_it_before(
    sync: Sync, team: Team, vendor: Vendor
) -> None:
    sync(Stream.GROUPS)
    day = GroupDay.objects.filter(user_id="").exclude(spend_cents=0).latest("day")
    GroupDay.objects.filter(pk=day.pk).update(spend_cents=1)
    sync(Stream.GROUPS)
    corrected = GroupDay.objects.get(pk=day.pk)
    assert (corrected.spend_cents, corrected.earlier_cents) == (day.spend_cents, 1)
