from datetime import UTC, date, datetime

import pytest
from django.test import Client

from dashboard.models import Stream, SyncState
from tests import factories
from tests.dashboard.conftest import World, signed_in
from tests.factories import DAY
from tokens.models import Change, Team

URL, START = "/dashboard/sync/", "/dashboard/sync/backfill/"
FLOOR = datetime.now(UTC).date() - 200 * DAY


@pytest.fixture
def keyed(world: World) -> Team:
    world.team.sync_key = "key_0123456789"
    world.team.save()
    return world.team


def test_it_says_what_it_would_take_before_it_starts(
    alice: Client, keyed: Team
) -> None:
    html = alice.get(URL, {"floor": str(FLOOR)}).content.decode()
    assert "are missing.</strong> That is about" in html
    assert f'name="floor" value="{FLOOR}"' in html
    assert "Start the backfill" in html
    assert "Start the backfill" not in alice.get(URL).content.decode()


def test_what_is_here_already_needs_no_start(alice: Client, keyed: Team) -> None:
    html = alice.get(URL, {"floor": str(datetime.now(UTC).date())}).content.decode()
    assert "is here already" in html
    assert "Start the backfill" not in html


def test_a_start_is_written_down_and_followed(alice: Client, keyed: Team) -> None:
    answer = alice.post(START, {"floor": str(FLOOR)}, follow=True)
    html = answer.content.decode()
    assert "The backfill goes back to" in html
    assert 'data-hx-trigger="every 2s"' in html
    state = SyncState.objects.get(team=keyed, stream=Stream.EVENTS)
    assert state.floor_day == FLOOR
    change = Change.objects.get()
    assert (change.actor, change.after) == ("alice@example.com", {"floor": str(FLOOR)})


@pytest.mark.parametrize(
    "floor", ["", "soon", "2026-02-30", "1999-01-01", "9999-12-31"]
)
def test_a_bad_day_names_the_field_and_starts_nothing(
    alice: Client, keyed: Team, floor: str
) -> None:
    for answer in (
        alice.post(START, {"floor": floor}),
        alice.get(URL, {"floor": floor}),
    ):
        assert answer.status_code == 400
        assert "<h1>Floor" in answer.content.decode()
    assert not SyncState.objects.exclude(floor_day=None).exists()


def test_it_is_an_admins(keyed: Team) -> None:
    factories.user("ann@example.com", keyed, "analyst")
    ann = signed_in("ann@example.com")
    assert "Go further back" not in ann.get(URL).content.decode()
    assert ann.post(START, {"floor": str(date(2026, 1, 1))}).status_code == 403


def test_without_a_key_there_is_nothing_to_fetch(alice: Client, team: Team) -> None:
    assert "Go further back" not in alice.get(URL).content.decode()
    assert alice.post(START, {"floor": str(FLOOR)}).status_code == 400
