"""What a file says of its days, and that the sync asks for them all the same."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.models import ImportedDay, Stream
from dashboard.sync import coverage
from dashboard.sync.csv_import import import_csv
from dashboard.sync.windows import Window, day_start_ms
from tests import factories
from tests.dashboard.sync.test_csv_import import a_file, line
from tokens.models import Team

pytestmark = pytest.mark.django_db
FIRST, DAY = date(2026, 11, 1), timedelta(days=1)
NOON = 43_200_000


@pytest.fixture
def team(db: None) -> Team:
    return factories.team()


def take_in(team: Team, *days: date, owner: str = "") -> None:
    lines = [line(day=day, user=owner or "ada@example.com") for day in days]
    file = a_file(*lines)
    if owner:
        text = file.read().decode().replace(",User,", ",Somebody,")
        file = type(file)(text.encode())
    import_csv(team, file, owner)


def known(team: Team, day: date) -> Window:
    row = ImportedDay.objects.get(team=team, day=day)
    return Window(row.start_ms, row.end_ms)


def whole(team: Team) -> list[date]:
    rows = ImportedDay.objects.filter(team=team).order_by("day")
    return [row.day for row in rows if row.is_whole]


def test_days_between_the_first_and_the_last_are_whole_with_or_without_rows(
    team: Team,
) -> None:
    take_in(team, FIRST, FIRST + 3 * DAY, FIRST + 4 * DAY)
    assert whole(team) == [FIRST + DAY, FIRST + 2 * DAY, FIRST + 3 * DAY]
    assert known(team, FIRST).start_ms == day_start_ms(FIRST) + NOON
    assert known(team, FIRST).end_ms == day_start_ms(FIRST + DAY) - 1
    last = FIRST + 4 * DAY
    assert known(team, last) == Window(day_start_ms(last), day_start_ms(last) + NOON)
    rows = dict(ImportedDay.objects.values_list("day", "rows"))
    assert rows[FIRST + DAY] == 0
    assert rows[FIRST + 3 * DAY] == 1


def test_two_files_that_overlap_make_their_outer_days_whole(team: Team) -> None:
    take_in(team, FIRST, FIRST + 2 * DAY)
    take_in(team, FIRST + 2 * DAY, FIRST + 4 * DAY)
    assert FIRST + 2 * DAY in whole(team)
    take_in(team, FIRST + DAY, FIRST + 2 * DAY)
    assert FIRST + 2 * DAY in whole(team), "a smaller file takes nothing away"


def test_a_persons_export_says_nothing_of_the_team(team: Team) -> None:
    take_in(team, FIRST, FIRST + 2 * DAY, owner="ada@example.com")
    assert whole(team) == []
    take_in(team, FIRST, FIRST + 3 * DAY)
    assert whole(team) == [FIRST + DAY, FIRST + 2 * DAY]
    take_in(team, FIRST, FIRST + 4 * DAY, owner="bob@example.com")
    assert whole(team) == [FIRST + DAY, FIRST + 2 * DAY]


def test_imported_days_are_fetched_all_the_same(team: Team) -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    due = coverage.due_windows(team, Stream.EVENTS, now)
    back = coverage.backfill_windows(team, Stream.EVENTS, now)
    take_in(team, date(2026, 10, 1), date(2026, 11, 22))
    assert coverage.due_windows(team, Stream.EVENTS, now) == due
    assert coverage.backfill_windows(team, Stream.EVENTS, now) == back
    assert coverage.complete_until(team, Stream.EVENTS) is None
