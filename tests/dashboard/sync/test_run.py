"""Leases, failures and what becomes due when."""

from datetime import timedelta

import pytest

from dashboard.adminapi.client import AdminApi
from dashboard.models import Stream, SyncRun, SyncState, SyncWindow, UsageEvent
from dashboard.sync import coverage, schedule
from dashboard.sync.fetch import FETCH
from dashboard.sync.lease import TERM, LeaseLost, LeaseTaken, take
from dashboard.sync.run import PERIOD, Job, sync_stream
from dashboard.sync.work import work
from tests.dashboard.sync.conftest import Clock, Sync
from tests.vendor import Vendor
from tokens.models import Team


def test_one_worker_at_a_time_holds_a_stream(team: Team, clock: Clock) -> None:
    take(team, Stream.EVENTS, clock)
    with pytest.raises(LeaseTaken):
        take(team, Stream.EVENTS, clock)
    take(team, Stream.DAILY, clock)


def test_a_lease_that_ran_out_goes_to_the_next_worker(team: Team, clock: Clock) -> None:
    take(team, Stream.EVENTS, clock)
    clock.now += TERM
    assert take(team, Stream.EVENTS, clock).fence == 2


def test_a_worker_that_was_replaced_writes_nothing(
    team: Team, api: AdminApi, clock: Clock
) -> None:
    slow = take(team, Stream.EVENTS, clock)
    clock.now += TERM
    take(team, Stream.EVENTS, clock)
    with pytest.raises(LeaseLost):
        sync_stream(Job(team, api, clock), Stream.EVENTS, slow)
    assert not UsageEvent.objects.exists()


def test_a_worker_that_is_replaced_between_two_windows_leaves_whole_windows(
    team: Team, api: AdminApi, clock: Clock
) -> None:
    lease = take(team, Stream.EVENTS, clock)

    def replaced(stream: Stream, done: int, total: int) -> None:
        if done == 3:
            clock.now += TERM
            take(team, Stream.EVENTS, clock)

    with pytest.raises(LeaseLost):
        sync_stream(Job(team, api, clock, replaced), Stream.EVENTS, lease)
    windows = SyncWindow.objects.done()
    assert windows.count() == 3
    assert sum(window.rows for window in windows) == UsageEvent.objects.count() > 0


def test_a_success_is_due_again_in_an_hour_with_jitter(
    sync: Sync, team: Team, clock: Clock
) -> None:
    sync(Stream.MEMBERS)
    state = SyncState.objects.get(team=team, stream=Stream.MEMBERS)
    assert PERIOD <= state.due_at - clock.now <= PERIOD + timedelta(minutes=2)
    assert (state.leased_until, state.failures, state.last_error) == (None, 0, "")


def test_failures_come_back_sooner_and_then_more_slowly(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("members", "500", times=None)
    pauses = []
    for _ in range(7):
        assert sync(Stream.MEMBERS).error == "The Admin API has trouble (status 500)."
        state = SyncState.objects.get(team=team, stream=Stream.MEMBERS)
        pauses.append((state.due_at - clock.now).total_seconds() / 60)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    vendor.heal()
    sync(Stream.MEMBERS)
    assert SyncState.objects.get(team=team, stream=Stream.MEMBERS).failures == 0


def test_trouble_in_the_middle_keeps_the_windows_before_it(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    days = coverage.due_windows(team, Stream.EVENTS, clock.now)
    sync(Stream.EVENTS, days[:2])
    vendor.fault("events", "cut_body", times=None)
    outcome = sync(Stream.EVENTS, days[2:])
    assert outcome.windows_failed == len(days) - 2
    assert SyncWindow.objects.done().count() == 2
    failed = SyncWindow.objects.filter(status=SyncWindow.Status.FAILED)
    assert [window.last_error for window in failed] == [outcome.error] * 3
    vendor.heal()
    assert not sync(Stream.EVENTS).error
    assert not SyncWindow.objects.exclude(status=SyncWindow.Status.DONE).exists()


def test_a_rate_limit_beyond_a_minute_hands_the_work_back(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("events", "429", times=None, retry_after="240")
    outcome = sync(Stream.EVENTS)
    assert outcome.later
    assert outcome.error == "The Admin API asks to slow down."
    state = SyncState.objects.get(team=team, stream=Stream.EVENTS)
    assert state.due_at - clock.now == timedelta(seconds=240)


class Outbox(list[tuple[str, str, str]]):
    def __call__(self, team: Team, stream: Stream, queue: str) -> None:
        self.append((team.slug, stream, queue))


def test_what_is_due_is_sent_once_and_again_when_nobody_took_it(
    team: Team, clock: Clock
) -> None:
    sent = Outbox()
    assert schedule.sweep([team], clock.now, sent) == len(FETCH)
    assert schedule.sweep([team], clock.now, sent) == 0
    later = clock.now + schedule.SENT_AGAIN_AFTER
    assert schedule.sweep([team], later, sent) == len(FETCH)
    assert set(sent) == {("acme", stream, "hourly") for stream in FETCH}


def test_what_a_worker_is_at_is_not_sent(team: Team, clock: Clock) -> None:
    take(team, Stream.EVENTS, clock)
    sent = Outbox()
    schedule.sweep([team], clock.now, sent)
    assert "events" not in [stream for _, stream, _ in sent]


def test_a_stream_goes_back_in_time_only_when_nothing_newer_is_due(
    team: Team, clock: Clock
) -> None:
    schedule.sweep([team], clock.now, Outbox())
    SyncState.objects.update(due_at=clock.now, backfill_at=clock.now)
    sent = Outbox()
    schedule.sweep([team], clock.now, sent)
    schedule.sweep([team], clock.now, sent)
    assert {queue for _, _, queue in sent} == {"hourly"}
    SyncState.objects.update(due_at=clock.now + PERIOD)
    sent.clear()
    schedule.sweep([team], clock.now, sent)
    assert {queue for _, _, queue in sent} == {"backfill"}


def test_work_whose_worker_was_killed_is_sent_again(team: Team, clock: Clock) -> None:
    schedule.sweep([team], clock.now, Outbox())
    take(team, Stream.EVENTS, clock)
    sent = Outbox()
    schedule.sweep([team], clock.now + schedule.SENT_AGAIN_AFTER, sent)
    assert ("acme", "events", "hourly") in sent


def test_one_window_that_cannot_be_read_does_not_hold_up_the_others(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    vendor.fault("events", "html", times=5)
    outcome = sync(Stream.EVENTS)
    assert "web page" in outcome.error
    assert outcome.windows_failed == 1
    assert SyncWindow.objects.done().count() == outcome.windows_done > 3
    assert not sync(Stream.EVENTS).error


def test_a_run_that_a_killed_worker_left_open_is_closed_by_the_next(
    sync: Sync, team: Team, clock: Clock
) -> None:
    SyncRun.objects.create(
        team=team, stream=Stream.MEMBERS, reason="schedule", started_at=clock.now
    )
    sync(Stream.MEMBERS)
    newest, oldest = SyncRun.objects.order_by("-pk")
    assert (oldest.error, newest.error) == (
        "The worker ended in the middle of it.",
        "",
    )
    assert newest.read == newest.inserted > 0


def test_what_nobody_foresaw_ends_on_the_lease(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dashboard.sync.work.sync_stream", broken)
    outcome = work(team, Stream.MEMBERS)
    assert "broke on our side" in outcome.error
    state = SyncState.objects.get(team=team, stream=Stream.MEMBERS)
    assert (state.leased_until, state.last_error) == (None, outcome.error)


def test_an_address_that_redirects_ends_the_round_with_what_to_do(
    sync: Sync, vendor: Vendor
) -> None:
    vendor.fault("events", "redirect", times=None)
    outcome = sync(Stream.EVENTS)
    assert "Enter the address of the Admin API itself" in outcome.error
    assert outcome.windows_done == 0
    vendor.heal()
    assert not sync(Stream.EVENTS).error
