"""“Sync now”: started, joined, or next in line."""

from datetime import timedelta

import pytest

from dashboard.models import Stream, SyncRun, SyncState
from dashboard.sync import schedule
from dashboard.sync.asking import ask
from dashboard.sync.fetch import FETCH
from dashboard.sync.lease import take, utc_now
from dashboard.tasks import backfill, sync_stream
from tests.dashboard.sync.conftest import Clock
from tokens.models import Team


class Outbox(list[tuple[str, str]]):
    def __call__(self, team: Team, stream: Stream, queue: str) -> None:
        self.append((stream, queue))


def test_asking_sends_at_once(team: Team, clock: Clock) -> None:
    sent = Outbox()
    said = ask(team, clock.now, sent)
    assert said == "The sync of “Acme” has been started."
    assert sent == [(stream, "user") for stream in FETCH]


def test_asking_again_joins_what_waits_and_what_runs(team: Team, clock: Clock) -> None:
    ask(team, clock.now, Outbox())
    sent = Outbox()
    assert "has been asked for" in ask(team, clock.now, sent)
    for stream in FETCH:
        take(team, stream, clock)
    assert "already running" in ask(team, clock.now, sent)
    assert sent == []


def test_one_stream_is_asked_for_alone(team: Team, clock: Clock) -> None:
    sent = Outbox()
    said = ask(team, clock.now, sent, Stream.SPEND)
    assert said == "The sync of “Spend” has been started."
    assert sent == [("spend", "user")]
    assert "has been asked for" in ask(team, clock.now, sent, Stream.SPEND)
    take(team, Stream.SPEND, clock)
    assert "already running" in ask(team, clock.now, sent, Stream.SPEND)
    assert sent == [("spend", "user")]


def test_the_others_start_when_one_is_running(team: Team, clock: Clock) -> None:
    take(team, Stream.SPEND, clock)
    sent = Outbox()
    assert "started" in ask(team, clock.now, sent)
    assert "spend" not in [stream for stream, _ in sent]


def test_a_lost_message_is_sent_again_by_a_press_and_by_the_sweep(
    team: Team, clock: Clock
) -> None:
    ask(team, clock.now, Outbox(), Stream.SPEND)
    SyncState.objects.exclude(stream=Stream.SPEND).delete()
    later = clock.now + schedule.SENT_AGAIN_AFTER
    sent = Outbox()
    assert "started" in ask(team, later, sent, Stream.SPEND)
    schedule.sweep([team], later + schedule.SENT_AGAIN_AFTER, sent)
    assert [found for found in sent if found[0] == "spend"] == [("spend", "user")] * 2


def test_the_newest_days_come_next_while_older_ones_are_fetched(
    team: Team, clock: Clock
) -> None:
    lease = take(team, Stream.EVENTS, clock)
    SyncRun.objects.create(
        team=team,
        stream=Stream.EVENTS,
        reason=SyncRun.Reason.BACKFILL,
        started_at=clock.now,
    )
    sent = Outbox()
    clock.now += timedelta(seconds=5)
    said = ask(team, clock.now, sent, Stream.EVENTS)
    assert said.startswith("Older days of “Usage events” are being fetched")
    lease.released()
    schedule.sweep([team], clock.now, sent)
    assert ("events", "user") in sent


def test_a_team_without_a_key_is_told_so(team: Team, clock: Clock) -> None:
    team.sync_key = ""
    assert "no Admin API key" in ask(team, clock.now, Outbox())


def test_a_message_that_comes_twice_does_its_work_once(
    team: Team, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.tasks.send", Outbox())
    ask(team, utc_now(), Outbox(), Stream.SPEND)
    for _ in range(2):
        sync_stream(team.pk, "spend", schedule.USER)
    assert [run.reason for run in SyncRun.objects.all()] == ["user"]


def test_a_turn_backwards_gives_way_to_what_is_due(
    team: Team, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.tasks.send", Outbox())
    ask(team, utc_now(), Outbox(), Stream.DAILY)
    backfill(team.pk, "daily")
    assert not SyncRun.objects.exists()
