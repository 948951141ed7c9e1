from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.models import Stream
from dashboard.stats.freshness import (
    Doing,
    Progress,
    coverage,
    progress,
    provisional_from,
)
from tests import factories
from tokens.models import Team

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SYNCED = {"started_at": NOW - HOUR, "finished_at": NOW - HOUR, "succeeded_at": NOW}


def test_windows_that_touch_or_overlap_are_one_block(team: Team) -> None:
    factories.window(team, NOW - 9 * HOUR, NOW - 5 * HOUR)
    factories.window(team, NOW - 5 * HOUR, NOW - 2 * HOUR)
    factories.window(team, NOW - 3 * HOUR, NOW)
    found = coverage(team)
    assert found and (found.since, found.until) == (NOW - 9 * HOUR, NOW)


def test_the_block_ends_at_a_gap_and_is_the_newest(team: Team) -> None:
    factories.window(team, NOW - 9 * HOUR, NOW - 5 * HOUR)
    factories.window(team, NOW - 4 * HOUR, NOW)
    found = coverage(team)
    assert found and found.since == NOW - 4 * HOUR


def test_a_failed_window_proves_nothing(team: Team) -> None:
    factories.window(team, NOW - HOUR, NOW, status="failed")
    assert coverage(team) is None


def test_another_teams_windows_prove_nothing(team: Team) -> None:
    factories.window(factories.team("other"), NOW - HOUR, NOW)
    assert coverage(team) is None


def test_a_day_is_held_when_a_part_of_it_is(team: Team) -> None:
    factories.window(team, NOW - 48 * HOUR, NOW)
    found = coverage(team)
    assert found
    days = [date(2026, 11, number) for number in (20, 21, 23, 24)]
    assert [found.holds(day) for day in days] == [False, True, True, False]


def test_the_last_two_days_are_provisional() -> None:
    assert provisional_from(date(2026, 11, 23)) == date(2026, 11, 22)


LATER = NOW + HOUR


def doing_of(found: Progress) -> Doing:
    """What the events stream does, the one that these tests have a row of."""
    (only,) = (s for s in found.streams if s.label == Stream.EVENTS.label)
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
    factories.sync_state(team, Stream.EVENTS, LATER, **SYNCED)
    asked = progress(team, NOW, NOW - timedelta(seconds=5))
    assert doing_of(asked) is Doing.QUEUED
    ended = progress(team, NOW, NOW - 2 * HOUR)
    assert doing_of(ended) is Doing.DONE


def test_streams_come_in_the_order_of_a_sync(team: Team) -> None:
    for stream in reversed(Stream):
        factories.sync_state(team, stream, NOW)
    labels = [stream.label for stream in progress(team, NOW).streams]
    assert labels == [stream.label for stream in Stream]


def test_a_team_without_a_key_waits_for_nothing(team: Team) -> None:
    found = progress(team, NOW)
    assert (found.active, found.has_key) == (False, False)


def test_a_team_with_a_fresh_key_is_about_to_be_synced(team: Team) -> None:
    team.sync_key = "key_0123456789"
    team.save()
    team.refresh_from_db()
    assert progress(team, NOW).active


def test_it_says_when_no_worker_takes_the_work_up(team: Team) -> None:
    factories.sync_state(team, Stream.EVENTS, LATER, **SYNCED)
    assert progress(team, NOW, NOW - timedelta(minutes=2)).waits_long
    assert not progress(team, NOW, NOW).waits_long
