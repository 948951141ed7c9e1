"""Requests by weekday and hour, in the zone of the team."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import rollups
from dashboard.models import UsageEvent
from dashboard.periods import Period
from dashboard.stats.heat import by_hour
from tests import factories
from tokens.models import Team

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


@pytest.fixture
def team(db: None) -> Team:
    return Team.objects.create(slug="acme", name="Acme", time_zone="Asia/Kathmandu")


def at(team: Team, moment: datetime, email: str = "ada@example.com") -> None:
    ms = int(moment.timestamp() * 1000)
    factories.event(team, moment.date(), timestamp_ms=ms, email=email)
    rollups.rebuild(team, [moment.date()])


def test_hours_are_those_of_the_teams_clock(team: Team) -> None:
    """A quarter to six ahead of UTC: 18:20 on Thursday is five past midnight there."""
    at(team, datetime(2026, 10, 1, 18, 14, tzinfo=UTC))
    at(team, datetime(2026, 10, 1, 18, 20, tzinfo=UTC))
    assert by_hour(team, OCTOBER) == {(3, 23): 1, (4, 0): 1}


def test_the_days_of_a_period_are_the_zones_too(team: Team) -> None:
    at(team, datetime(2026, 9, 30, 18, 20, tzinfo=UTC))
    at(team, datetime(2026, 9, 30, 18, 10, tzinfo=UTC))
    at(team, datetime(2026, 10, 31, 18, 20, tzinfo=UTC))
    assert by_hour(team, OCTOBER) == {(3, 0): 1}


def test_one_persons_hours_are_theirs_alone(team: Team) -> None:
    at(team, datetime(2026, 10, 1, 12, tzinfo=UTC))
    at(team, datetime(2026, 10, 1, 12, tzinfo=UTC), "bob@example.com")
    assert sum(by_hour(team, OCTOBER).values()) == 2
    assert by_hour(team, OCTOBER, "bob@example.com") == {(3, 17): 1}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    zone=st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    minutes=st.lists(st.integers(0, 60 * 24 * 40), max_size=8),
)
def test_hours_equal_those_of_a_calendar_over_a_change_of_clocks(
    team: Team, zone: str, minutes: list[int]
) -> None:
    UsageEvent.objects.all().delete()
    team.time_zone = zone
    start = datetime(2026, 9, 28, tzinfo=UTC)
    moments = [start + timedelta(minutes=number) for number in minutes]
    for moment in moments:
        factories.event(
            team, moment.date(), timestamp_ms=int(moment.timestamp()) * 1000
        )
    rollups.rebuild(team, [start.date() + timedelta(days=n) for n in range(41)])
    clocks = [moment.astimezone(ZoneInfo(zone)) for moment in moments]
    wanted = Counter((c.weekday(), c.hour) for c in clocks if c.date() in OCTOBER)
    assert by_hour(team, OCTOBER) == wanted
    assert by_hour(team, OCTOBER, "ada@example.com") == wanted
