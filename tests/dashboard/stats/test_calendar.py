from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.models import Stream
from dashboard.stats.calendar import (
    FEWEST_WEEKS,
    MOST_WEEKS,
    Calendar,
    Cell,
    Mark,
    calendars,
    grid,
)
from dashboard.templatetags.days import words
from tests import factories
from tests.factories import DAY
from tokens.models import Team

TODAY = date(2026, 11, 25)  # a Wednesday
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
MIDNIGHT = NOW.replace(hour=0)


def drawn(team: Team) -> Calendar:
    team.sync_key = "key_0123456789"
    (found,) = calendars(team, [Stream.EVENTS, Stream.SPEND], TODAY)
    return found


def cell(team: Team, day: date) -> Cell:
    return next(c for c in drawn(team).cells if c.day == day)


def test_a_day_is_complete_when_a_window_holds_it_whole(team: Team) -> None:
    factories.window(team, MIDNIGHT - 9 * DAY, MIDNIGHT - 5 * DAY, rows=40)
    found = cell(team, TODAY - 6 * DAY)
    assert (found.mark, found.rows, found.days) == (Mark.COMPLETE, 40, 4)
    assert cell(team, TODAY - 5 * DAY).mark is Mark.MISSING


def test_a_day_that_was_cut_is_provisional(team: Team) -> None:
    noon = MIDNIGHT - 8 * DAY + timedelta(hours=12)
    factories.window(team, MIDNIGHT - 9 * DAY, noon)
    assert cell(team, TODAY - 9 * DAY).mark is Mark.COMPLETE
    assert cell(team, TODAY - 8 * DAY).mark is Mark.PROVISIONAL


def test_the_last_two_days_are_provisional_even_when_whole(team: Team) -> None:
    factories.window(team, MIDNIGHT - 3 * DAY, NOW)
    marks = [cell(team, TODAY - n * DAY).mark for n in range(3)]
    assert marks == [Mark.PROVISIONAL, Mark.PROVISIONAL, Mark.COMPLETE]


def test_an_imported_day_has_its_own_mark_until_it_is_fetched(team: Team) -> None:
    day = TODAY - 9 * DAY
    factories.imported_day(team, day, rows=31)
    assert words(cell(team, day)) == "16 Nov 2026: imported, 31 rows"
    factories.window(team, MIDNIGHT - 9 * DAY, MIDNIGHT - 8 * DAY, rows=40)
    assert cell(team, day).mark is Mark.COMPLETE


def test_a_part_of_a_day_or_of_a_team_is_imported_in_part(team: Team) -> None:
    factories.imported_day(team, TODAY - 9 * DAY, last=timedelta(hours=9))
    factories.imported_day(team, TODAY - 8 * DAY, is_personal=True)
    for number in (9, 8):
        assert cell(team, TODAY - number * DAY).mark is Mark.IMPORTED_PART
    assert drawn(team).imported == 2


def test_without_a_key_only_what_is_known_is_drawn(team: Team) -> None:
    streams = [Stream.EVENTS, Stream.DAILY]
    assert calendars(team, streams, TODAY) == []
    factories.imported_day(team, TODAY - 200 * DAY)
    (found,) = calendars(team, streams, TODAY)
    assert found.stream is Stream.EVENTS
    assert found.oldest == TODAY - 200 * DAY


def test_an_import_does_not_hide_why_a_day_could_not_be_fetched(team: Team) -> None:
    span = MIDNIGHT - 9 * DAY, MIDNIGHT - 8 * DAY
    factories.window(team, *span, "failed", last_error="No answer.")
    factories.imported_day(team, TODAY - 9 * DAY)
    found = words(cell(team, TODAY - 9 * DAY))
    assert found == "16 Nov 2026: imported, 5 rows. No answer."


def test_a_failed_day_says_why_unless_it_is_here_already(team: Team) -> None:
    span = MIDNIGHT - 9 * DAY, MIDNIGHT - 8 * DAY
    factories.window(team, *span, "failed", last_error="No answer.")
    found = cell(team, TODAY - 9 * DAY)
    assert words(found) == "16 Nov 2026: failed. No answer."
    factories.window(team, span[0] - DAY, span[1])
    assert cell(team, TODAY - 9 * DAY).mark is Mark.COMPLETE


def test_days_before_the_reach_and_after_today_are_told_apart(team: Team) -> None:
    assert cell(team, TODAY - 90 * DAY).mark is Mark.MISSING
    assert cell(team, TODAY - 91 * DAY).mark is Mark.BEFORE
    assert cell(team, TODAY + DAY).mark is Mark.AHEAD


def test_older_windows_make_it_longer(team: Team) -> None:
    assert len(drawn(team).cells) == FEWEST_WEEKS * 7
    factories.window(team, MIDNIGHT - 400 * DAY, MIDNIGHT - 399 * DAY)
    found = drawn(team)
    assert len(found.cells) == 58 * 7
    assert found.oldest == TODAY - 400 * DAY
    assert (found.complete, found.failed) == (1, 0)


@pytest.mark.parametrize("days", [0, 1, 200, 5000])
def test_it_is_whole_weeks_that_end_with_this_one(days: int) -> None:
    found = grid(TODAY - days * DAY, TODAY)
    assert (found[0].weekday(), found[-1]) == (0, date(2026, 11, 29))
    assert FEWEST_WEEKS * 7 <= len(found) <= MOST_WEEKS * 7
    assert days > 1000 or found[0] <= TODAY - days * DAY


def test_its_months_stand_over_all_of_its_weeks(team: Team) -> None:
    months = drawn(team).months
    assert sum(month.weeks for month in months) == FEWEST_WEEKS
    assert months[-1].first == date(2026, 11, 1)


def test_where_the_vendors_history_ends_nothing_is_missing(team: Team) -> None:
    factories.window(team, MIDNIGHT - 50 * DAY, MIDNIGHT - 40 * DAY, rows=9)
    assert cell(team, TODAY - 70 * DAY).mark is Mark.MISSING
    factories.window(team, MIDNIGHT - 64 * DAY, MIDNIGHT - 50 * DAY, rows=0)
    assert cell(team, TODAY - 70 * DAY).mark is Mark.BEFORE
