import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from dashboard.models import Stream, SyncState
from dashboard.sync.fetch import FETCH
from tests import factories
from tests.dashboard.conftest import World
from tokens.models import Team

FRAGMENT, NOW_BUTTON = "/dashboard/sync/progress/", "/dashboard/sync/now/"
FOUR = Stream.MEMBERS, Stream.SPEND, Stream.EVENTS, Stream.DAILY


@pytest.fixture
def keyed(team: Team) -> Team:
    team.sync_key = "key_0123456789"
    team.save()
    return team


def page(client: Client, url: str = "/dashboard/") -> str:
    return client.get(url).content.decode()


def running(team: Team) -> None:
    now = datetime.now(UTC)
    factories.sync_state(
        team,
        Stream.EVENTS,
        now,
        leased_until=now + timedelta(minutes=1),
        started_at=now,
        windows_done=3,
        windows_total=13,
    )


def all_done(team: Team) -> None:
    now = datetime.now(UTC)
    for stream in Stream:
        SyncState.objects.update_or_create(
            team=team,
            stream=stream,
            defaults={
                "leased_until": None,
                "due_at": now + timedelta(hours=1),
                "finished_at": now,
                "succeeded_at": now,
            },
        )


def test_before_the_first_sync_the_page_shows_how_far_it_is(
    alice: Client, keyed: Team
) -> None:
    running(keyed)
    html = page(alice)
    assert "for the first time" in html
    assert 'max="13" value="3"' in html
    assert 'data-hx-trigger="every 2s"' in html
    assert "data-chart=" not in html


def test_while_it_runs_the_fragment_asks_again_and_then_reloads_the_page(
    alice: Client, keyed: Team
) -> None:
    running(keyed)
    answer = alice.get(FRAGMENT)
    assert "every 2s" in answer.content.decode()
    assert "HX-Refresh" not in answer
    all_done(keyed)
    answer = alice.get(FRAGMENT)
    assert "every 2s" not in answer.content.decode()
    assert answer["HX-Refresh"] == "true"


def test_an_empty_page_is_loaded_again_with_the_first_numbers(
    alice: Client, world: World, keyed: Team
) -> None:
    running(keyed)
    assert "HX-Refresh" not in alice.get(FRAGMENT)
    assert alice.get(FRAGMENT + "?empty=1")["HX-Refresh"] == "true"


def test_a_failure_is_told_in_its_own_words(alice: Client, world: World) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    factories.sync_state(
        world.team,
        Stream.SPEND,
        later,
        finished_at=later,
        last_error="The Admin API refused the key.",
    )
    html = page(alice)
    assert "Spend could not be fetched." in html
    assert "The Admin API refused the key." in html


def test_one_cause_is_told_once(alice: Client, keyed: Team) -> None:
    now = datetime.now(UTC)
    for stream in FETCH:
        factories.sync_state(
            keyed,
            stream,
            now + timedelta(hours=1),
            started_at=now,
            finished_at=now,
            last_error="The Admin API refused the key." if stream in FOUR else "",
        )
    html = page(alice)
    assert html.count("refused the key") == 1
    assert "Members, Spend, Usage events and Daily usage could not be fetched" in html
    assert "has failed" in html


def test_a_team_without_a_key_is_told_what_to_do(alice: Client, team: Team) -> None:
    html = page(alice)
    assert "has no Admin API key yet" in html
    assert "every 2s" not in html


def test_the_button_asks_for_a_sync_and_says_what_happens(
    alice: Client, keyed: Team
) -> None:
    answer = alice.post(NOW_BUTTON, follow=True)
    assert "The sync of “Acme” has been started." in answer.content.decode()
    assert SyncState.objects.filter(team=keyed).count() == len(FETCH)
    assert "every 2s" in answer.content.decode()


def test_the_button_is_an_admins_and_is_pressed_not_followed(
    alice: Client, keyed: Team
) -> None:
    factories.user("dora@example.com", keyed, "analyst")
    dora = Client()
    dora.login(username="dora@example.com", password=factories.PASSWORD)
    assert NOW_BUTTON not in page(dora)
    assert dora.post(NOW_BUTTON).status_code == 403
    assert alice.get(NOW_BUTTON).status_code == 405


def test_the_button_needs_its_token(keyed: Team) -> None:
    factories.user("alice@example.com", keyed, "admin")
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="alice@example.com", password=factories.PASSWORD)
    assert strict.post(NOW_BUTTON).status_code == 403
    assert re.search("csrfmiddlewaretoken", page(strict))
