from datetime import UTC, datetime, timedelta

import pytest

from dashboard.models import Stream, SyncState
from dashboard.stats.progress import Doing, Progress, progress
from tests import factories
from tokens.models import Team

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SYNCED = {"started_at": NOW - HOUR, "finished_at": NOW - HOUR, "succeeded_at": NOW}
LATER = NOW + HOUR


def doing_of(found: Progress) -> Doing:
    """What the events stream does, the one that these tests have a row of."""
    (only,) = (s for s in found.streams if s.stream is Stream.EVENTS)
    return only.doing


CASES = [
    ({"leased_until": LATER, "due_at": NOW}, Doing.RUNNING),
    ({"due_at": NOW}, Doing.QUEUED),
    ({"due_at": LATER}, Doing.QUEUED),
    ({"due_at": LATER, **SYNCED}, Doing.DONE),
    ({"due_at": NOW, **SYNCED}, Doing.QUEUED),
    ({"due_at": LATER, **SYNCED, "last_error": "No."}, Doing.FAILED),
    # A worker that was killed left its start and no end.
    ({"due_at": LATER, **SYNCED, "started_at": NOW}, Doing.QUEUED),
]


@pytest.mark.parametrize(("fields", "doing"), CASES)
def test_a_row_says_what_is_being_done(
    team: Team, fields: dict[str, datetime], doing: Doing
) -> None:
    factories.sync_state(team, Stream.EVENTS, **fields)
    assert doing_of(progress(team, NOW)) is doing


def test_a_pressed_button_waits_until_its_sync_has_ended(team: Team) -> None:
    asked = NOW - timedelta(seconds=5)
    factories.sync_state(team, Stream.EVENTS, LATER, **SYNCED, asked_at=asked)
    assert doing_of(progress(team, NOW)) is Doing.QUEUED
    SyncState.objects.update(started_at=NOW, finished_at=NOW)
    assert doing_of(progress(team, NOW)) is Doing.DONE


def test_a_press_is_forgotten_when_nothing_came_of_it(team: Team) -> None:
    factories.sync_state(team, Stream.EVENTS, LATER, **SYNCED, asked_at=NOW)
    assert doing_of(progress(team, NOW + 20 * MINUTE)) is Doing.DONE


def test_streams_come_in_the_order_of_a_sync(team: Team) -> None:
    for stream in reversed(Stream):
        factories.sync_state(team, stream, NOW)
    streams = [stream.stream for stream in progress(team, NOW).streams]
    assert streams == list(Stream)


def test_a_team_without_a_key_waits_for_nothing(team: Team) -> None:
    found = progress(team, NOW)
    assert (found.active, found.has_key) == (False, False)


def test_a_team_with_a_fresh_key_is_about_to_be_synced(team: Team) -> None:
    team.sync_key = "key_0123456789"
    team.save()
    team.refresh_from_db()
    assert progress(team, NOW).active


def test_it_says_when_no_worker_takes_the_work_up(team: Team) -> None:
    team.created_at = NOW
    factories.sync_state(team, Stream.EVENTS, LATER, **SYNCED, asked_at=NOW)
    assert not progress(team, NOW).waits_long
    assert progress(team, NOW + 2 * MINUTE).waits_long


@pytest.mark.parametrize(
    ("stream", "state", "wants_key"),
    [
        (Stream.SPEND, "wrong_key", True),
        (Stream.MEMBERS, "refused", True),
        (Stream.AUDIT, "refused", False),
        (Stream.SPEND, "unknown", False),
    ],
)
def test_a_failure_of_the_key_asks_for_another_one(
    team: Team, stream: Stream, state: str, wants_key: bool
) -> None:
    failed = SYNCED | {"succeeded_at": None}
    factories.sync_state(team, stream, LATER, **failed, last_error="No.")
    factories.capability(team, stream, state, "No.")
    found = next(s for s in progress(team, NOW).streams if s.stream is stream)
    assert found.wants_key is wants_key
    assert (found.doing is Doing.FAILED) is (stream is not Stream.AUDIT)


def test_a_stream_that_was_read_since_wants_no_other_key(team: Team) -> None:
    later = datetime.now(UTC) + HOUR
    factories.capability(team, Stream.SPEND, "wrong_key")
    factories.sync_state(
        team, Stream.SPEND, later, finished_at=later, succeeded_at=later
    )
    assert not progress(team, NOW).wants_key


def test_a_later_failure_of_another_kind_is_not_the_keys(team: Team) -> None:
    later = datetime.now(UTC) + HOUR
    factories.capability(team, Stream.MEMBERS, "wrong_key", "Not this key.")
    factories.sync_state(
        team, Stream.MEMBERS, later, finished_at=later, last_error="No answer."
    )
    found = next(s for s in progress(team, NOW).streams if s.stream is Stream.MEMBERS)
    assert not found.wants_key
