"""A team with a cycle, a month of usage, and people of every role."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from dashboard.models import EventKind
from tests import factories
from tests.factories import DAY
from tokens.models import Team


@dataclass(frozen=True)
class World:
    """`today` is the day of the sync; `cycle` is when the billing cycle started."""

    team: Team
    today: date
    cycle: datetime


@pytest.fixture
def team(db: None) -> Team:
    return factories.team()


@pytest.fixture
def world(team: Team) -> World:
    """Two days of usage in a cycle of ten days so far, fetched without a gap."""
    now = datetime.now(UTC)
    today, cycle = now.date(), datetime.combine(now.date() - 9 * DAY, _NOON, UTC)
    factories.member(team, "ada@example.com", role="owner")
    factories.member(team, "bob@example.com", left_at=now)
    factories.snapshot(
        team, cycle, today, "ada@example.com", on_demand=5, included=70, total=75
    )
    factories.window(team, cycle - 60 * DAY, now)
    factories.rollup(team, today - 4 * DAY, "60.34932")
    factories.rollup(
        team, today - 3 * DAY, "12.5", kind=EventKind.ON_DEMAND, model="opus"
    )
    factories.rollup(team, today - 3 * DAY, "3", email="bob@example.com", model="opus")
    factories.rollup(team, today - 35 * DAY, "40")
    return World(team, today, cycle)


_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).time()


def signed_in(email: str) -> Client:
    client = Client()
    assert client.login(username=email, password=factories.PASSWORD)
    return client


@pytest.fixture
def alice(team: Team) -> Client:
    """An admin of the team."""
    factories.user("alice@example.com", team, "admin")
    return signed_in("alice@example.com")


@pytest.fixture
def bob(team: Team) -> Client:
    """A mere member of the team."""
    factories.user("bob@example.com", team, "member")
    return signed_in("bob@example.com")


@pytest.fixture
def charlie(db: None) -> Client:
    """An admin of another team."""
    factories.user("charlie@example.com", factories.team("other"), "admin")
    return signed_in("charlie@example.com")


@pytest.fixture
def root(db: None) -> Client:
    """A superuser, who may also open the admin site."""
    factories.user("root@example.com", is_staff=True, is_superuser=True)
    return signed_in("root@example.com")
