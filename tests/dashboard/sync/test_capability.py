"""Streams that a key may not read: shown, tried daily, and nobody's failure."""

from datetime import timedelta

import httpx
import pytest

from dashboard.adminapi.errors import KeyMayNot, KeyRefused, NotThere, VendorTrouble
from dashboard.models import (
    AuditEvent,
    BillingGroup,
    BlocklistRepo,
    Capability,
    QuarantinedRow,
    Stream,
    SyncState,
    SyncWindow,
)
from dashboard.sync import capability
from dashboard.sync.fetch import FETCH
from dashboard.trying import try_key
from tests.dashboard.sync.conftest import Clock, Sync
from tests.vendor import Vendor
from tokens.models import Attention, Team

State = Capability.State
GROUPS, MEMBERS = Stream.GROUPS, Stream.MEMBERS


def stored(team: Team) -> Team:
    """As a worker has it: with the key under its seal."""
    return Team.objects.get(pk=team.pk)


def states(team: Team) -> dict[str, str]:
    rows = Capability.objects.filter(team=team)
    return dict(rows.values_list("stream", "state"))


@pytest.mark.parametrize("stream", capability.OPTIONAL)
@pytest.mark.parametrize(
    ("fault", "state"), [("403", State.REFUSED), ("404", State.GONE)]
)
def test_what_the_key_may_not_read_is_no_failure_and_is_tried_daily(
    sync: Sync,
    team: Team,
    vendor: Vendor,
    clock: Clock,
    stream: Stream,
    fault: str,
    state: State,
) -> None:
    vendor.fault(stream, fault, times=None)
    outcome = sync(stream)
    assert (outcome.error, outcome.windows_failed) == ("", 0)
    assert outcome.unavailable and "?" not in outcome.unavailable
    kept = SyncState.objects.get(team=team, stream=stream)
    assert (kept.due_at - clock.now, kept.failures) == (timedelta(days=1), 0)
    assert kept.succeeded_at is None
    assert states(team) == {stream: state}
    assert not Attention.objects.exists()
    assert not SyncWindow.objects.exists()


def test_what_the_key_may_read_again_is_read_again(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("groups", "403")
    sync(GROUPS)
    assert not sync(GROUPS).unavailable
    assert states(team) == {GROUPS: State.OK}
    state = SyncState.objects.get(team=team, stream=GROUPS)
    assert state.due_at - clock.now < timedelta(hours=2)


def test_a_refused_key_is_a_failure_as_ever(
    sync: Sync, team: Team, vendor: Vendor
) -> None:
    vendor.fault("admin", "401", times=None)
    for stream in (MEMBERS, GROUPS):
        assert sync(stream).error
    assert set(states(team).values()) == {State.WRONG_KEY}
    assert Attention.objects.filter(cleared_at=None).count() == 2


def test_trouble_on_the_way_says_nothing_about_the_key(
    sync: Sync, team: Team, vendor: Vendor
) -> None:
    sync(GROUPS)
    vendor.fault("groups", "500", times=None)
    assert sync(GROUPS).error
    assert states(team) == {GROUPS: State.OK}


def test_an_address_without_members_is_wrong_and_not_poor(
    team: Team, clock: Clock
) -> None:
    gone = NotThere("no such path")
    assert not capability.note(team, MEMBERS, gone, clock.now)
    assert not capability.note(team, GROUPS, gone, clock.now)
    capability.note(team, MEMBERS, None, clock.now)
    assert capability.note(team, GROUPS, gone, clock.now)


@pytest.mark.parametrize(
    ("error", "unavailable"),
    [
        (None, False),
        (KeyMayNot("x"), True),
        (NotThere("x"), True),
        (KeyRefused("x"), False),
        (VendorTrouble("x"), False),
    ],
)
def test_only_what_the_key_lacks_is_unavailable(
    team: Team, clock: Clock, error: Exception | None, unavailable: bool
) -> None:
    assert capability.note(team, Stream.DAILY, error, clock.now) is unavailable
    assert not capability.note(team, MEMBERS, error, clock.now)


def tried(team: Team, vendor: Vendor, clock: Clock) -> None:
    """As when somebody enters the key."""
    capability.keep(team, try_key(vendor.url, vendor.key), clock.now)


def test_trying_a_key_writes_a_row_for_each_stream(
    team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("audit", "403")
    tried(team, vendor, clock)
    assert states(team) == dict.fromkeys(FETCH, State.OK) | {"audit": State.REFUSED}
    tried(team, vendor, clock)
    assert states(team) == dict.fromkeys(FETCH, State.OK)


def test_what_is_found_readable_again_is_due_at_once(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("groups", "403")
    sync(GROUPS)
    tried(team, vendor, clock)
    assert SyncState.objects.get(team=team, stream=GROUPS).due_at == clock.now


def test_what_a_rate_limit_hid_is_found_out_by_itself(
    team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("audit", "429", retry_after="600")
    vendor.fault("groups", "503")
    tried(team, vendor, clock)
    unknown = {"audit": State.UNKNOWN, "groups": State.UNKNOWN}
    assert states(team).items() >= unknown.items()
    assert capability.to_probe([team], clock.now) == []
    clock.now += timedelta(minutes=6)
    assert capability.to_probe([team], clock.now) == [team]
    assert capability.to_probe([team], clock.now) == [], "it was told just now"
    httpx.delete(f"{vendor.url}/_sim/requests")
    vendor.fault("audit", "429")
    capability.probe(stored(team), clock)
    paths = [request["path"] for request in vendor.requests()]
    assert paths == ["/teams/audit-logs", "/teams/groups"]
    assert states(team)["groups"] == State.OK
    clock.now += timedelta(minutes=6)
    assert capability.to_probe([team], clock.now) == [team]
    capability.probe(stored(team), clock)
    assert set(states(team).values()) == {State.OK}
    clock.now += timedelta(days=1)
    assert capability.to_probe([team], clock.now) == []


@pytest.mark.parametrize("asked", ["99999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_vendor_that_asks_for_ages_is_asked_again_in_an_hour(
    team: Team, vendor: Vendor, clock: Clock, asked: str
) -> None:
    vendor.fault("audit", "429", retry_after=asked)
    tried(team, vendor, clock)
    clock.now += timedelta(minutes=59)
    assert capability.to_probe([team], clock.now) == []
    clock.now += timedelta(minutes=2)
    assert capability.to_probe([team], clock.now) == [team]


def test_a_sync_finds_out_too_what_the_key_can_read(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("groups", "429")
    tried(team, vendor, clock)
    sync(GROUPS)
    clock.now += timedelta(hours=1)
    assert states(team)[GROUPS] == State.OK
    assert capability.to_probe([team], clock.now) == []


def test_a_wrong_clock_is_shown_until_it_is_right(
    team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("admin", "wrong_date", times=None, seconds=900)
    tried(team, vendor, clock)
    assert "15 minutes behind" in Attention.objects.get(kind="clock").text
    vendor.heal()
    tried(team, vendor, clock)
    assert not Attention.objects.filter(cleared_at=None).exists()


def test_the_simulators_lists_are_kept_and_a_second_round_writes_nothing(
    sync: Sync, team: Team
) -> None:
    for stream in capability.OPTIONAL:
        first, second = sync(stream), sync(stream)
        assert first.counts.inserted == first.counts.read > 0
        assert (second.error, second.counts.written) == ("", 0)
    assert AuditEvent.objects.exists()
    assert BillingGroup.objects.exists()
    assert BlocklistRepo.objects.exists()
    assert SyncWindow.objects.done().filter(stream=Stream.AUDIT).exists()
    assert not QuarantinedRow.objects.exists()
