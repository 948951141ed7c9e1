from datetime import UTC, date, datetime, timedelta

from dashboard.stats.freshness import coverage, provisional_from
from tests import factories
from tokens.models import Team

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


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
