from datetime import UTC, date, datetime, timedelta

from dashboard.stats.freshness import coverage, provisional_from
from tests import factories
from tests.factories import DAY
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


def test_a_file_is_imported_up_to_its_last_row_and_promises_no_more(
    team: Team,
) -> None:
    for number in (17, 18, 19):
        factories.imported_day(team, date(2026, 11, number))
    factories.imported_day(team, date(2026, 11, 20), last=10 * HOUR)
    found = coverage(team)
    assert found and found.is_imported
    assert found.since == datetime(2026, 11, 17, tzinfo=UTC)
    assert found.until == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_the_outer_days_of_two_files_meet_and_a_missing_day_parts_them(
    team: Team,
) -> None:
    factories.imported_day(team, date(2026, 11, 3), last=9 * HOUR)
    factories.imported_day(team, date(2026, 11, 4))
    found = coverage(team)
    assert found and found.since.date() == date(2026, 11, 3)
    factories.imported_day(team, date(2026, 11, 6))
    found = coverage(team)
    assert found and found.since.date() == date(2026, 11, 6)


def test_older_days_of_a_file_lengthen_what_was_fetched(team: Team) -> None:
    factories.window(team, NOW - 2 * DAY, NOW)
    factories.imported_day(team, (NOW - 3 * DAY).date())
    found = coverage(team)
    assert found and not found.is_imported
    assert found.since.date() == (NOW - 3 * DAY).date()
    assert found.until == NOW


def test_the_last_two_days_are_provisional() -> None:
    assert provisional_from(date(2026, 11, 23)) == date(2026, 11, 22)
