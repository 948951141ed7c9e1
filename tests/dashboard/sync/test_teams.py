"""Whose requests are counted, and as whose."""

import pytest
from pytest_django import Settings

from dashboard.adminapi.pace import Paced, Priority, Unpaced
from dashboard.sync.teams import pacer
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def documented(settings: Settings) -> None:
    settings.ADMIN_API_PACE = "documented"


def test_the_clients_of_a_team_share_its_buckets() -> None:
    team = factories.team()
    one, other = pacer(team, Priority.USER), pacer(team, Priority.BACKFILL)
    assert isinstance(one, Paced)
    assert isinstance(other, Paced)
    assert (one.store, one.team) == (other.store, other.team)
    assert other.priority is Priority.BACKFILL


def test_two_teams_have_buckets_of_their_own() -> None:
    one, other = factories.team("acme"), factories.team("globex")
    names = {pacer(team, Priority.USER) for team in (one, other)}
    assert len(names) == 2


def test_the_demo_and_a_pace_of_off_have_no_bucket(settings: Settings) -> None:
    demo = factories.team("demo", is_demo=True)
    assert pacer(demo, Priority.HOURLY) == Unpaced()
    settings.ADMIN_API_PACE = "off"
    assert pacer(factories.team(), Priority.HOURLY) == Unpaced()
