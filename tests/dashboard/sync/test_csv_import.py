"""An export beside what the API gave: nothing twice, lost or withdrawn."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from dashboard.adminapi.records import UsageEventRecord
from dashboard.models import Stream, SyncRun, SyncState, UsageEvent, UsageRollup
from dashboard.sync.counts import Counts
from dashboard.sync.csv_import import Watcher, import_csv, preview
from dashboard.sync.lease import LeaseTaken, take
from dashboard.sync.windows import Window, day_start_ms
from dashboard.usage_csv import BadCsv
from tests import factories
from tests.dashboard.sync.whole_window import replace_window
from tokens.models import Team

pytestmark = pytest.mark.django_db

HEADER = (
    "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),"
    "Cache Read,Output Tokens,Cost"
)
DAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def team(db: None) -> Team:
    return factories.team()


def line(
    second: int = 0,
    cost: str = "0.12",
    user: str = "ada@example.com",
    *,
    day: date = DAY,
    read: int = 5,
) -> str:
    at = f"{day}T12:00:{second:02}.000Z"
    return f"{at},{user},Included,gpt-5,No,0,10,{read},7,{cost}"


def a_file(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join([HEADER, *lines]).encode())


def counts_of(team: Team, *lines: str) -> Counts:
    return import_csv(team, a_file(*lines)).counts


def from_api(team: Team, *rows: dict[str, Any], day: date = DAY) -> Counts:
    """Replace the day with what the API serves."""
    start = day_start_ms(day)
    window = Window(start, start + 86_400_000 - 1)
    records = [UsageEventRecord.read(row) for row in rows]
    with transaction.atomic():
        return replace_window(team, window, records, NOW).counts


def api_row(second: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "timestamp": str(day_start_ms(DAY) + 43_200_000 + second * 1000),
        "userEmail": "ada@example.com",
        "model": "gpt-5",
        "kind": "Included in Business",
        "maxMode": False,
        "isTokenBasedCall": True,
        "conversationId": f"c{second}",
        "tokenUsage": {"inputTokens": 10, "outputTokens": 7, "cacheReadTokens": 5},
        "chargedCents": Decimal("12.3456"),
    } | changes


def test_a_file_is_taken_up_with_its_sums(team: Team) -> None:
    done = import_csv(
        team,
        a_file(line(0), line(1, "-"), line(2, user=""), line(3, day=date(2026, 11, 3))),
    )
    held = done.contents
    assert (held.rows, held.days, held.people) == (4, 2, 1)
    assert (held.first_day, held.last_day) == (DAY, date(2026, 11, 3))
    assert held.cents == 36
    assert (held.unpriced, held.unattributed) == (1, 1)
    assert done.counts == Counts(read=4, inserted=4)
    assert sum(row.charged_cents for row in UsageRollup.objects.all()) == 36
    assert set(UsageRollup.objects.values_list("kind", flat=True)) == {"included"}


def test_a_second_import_writes_nothing(team: Team) -> None:
    lines = [line(0), line(0), line(1, "0.5"), line(2, user="")]
    assert counts_of(team, *lines).inserted == 4
    assert counts_of(team, *reversed(lines)) == Counts(read=4, unchanged=4)


def test_a_part_of_a_day_withdraws_nothing(team: Team) -> None:
    counts_of(team, line(0), line(1))
    assert counts_of(team, line(1), line(2)) == Counts(read=2, inserted=1, unchanged=1)
    assert UsageEvent.objects.live().count() == 3


def test_a_later_export_updates_its_own_rows(team: Team) -> None:
    counts_of(team, line(0, "-"), line(1, read=0))
    counts = counts_of(team, line(0, "0.5"), line(1, read=9))
    assert counts == Counts(read=2, updated=2)
    assert UsageRollup.objects.get().charged_cents == 62


def test_what_the_api_gave_stays_as_it_is(team: Team) -> None:
    from_api(team, api_row(0), api_row(1, userEmail=""))
    counts = counts_of(team, line(0), line(1), line(2))
    assert counts == Counts(read=3, inserted=1, unchanged=2)
    kept = UsageEvent.objects.exclude(conversation_id="")
    assert {row.cost_cents for row in kept} == {Decimal("12.3456")}


def test_the_api_takes_over_the_rows_of_an_import(team: Team) -> None:
    counts_of(team, line(0), line(1))
    counts = from_api(team, api_row(0), api_row(1, userEmail=""))
    assert (counts.updated, counts.inserted, counts.withdrawn) == (2, 0, 0)
    assert {row.email for row in UsageEvent.objects.all()} == {"ada@example.com"}
    assert UsageRollup.objects.get().charged_cents == Decimal("24.6912")
    assert counts_of(team, line(0), line(1)).written == 0


def test_what_the_api_withdrew_is_not_brought_back(team: Team) -> None:
    counts_of(team, line(0), line(1))
    assert from_api(team, api_row(1)).withdrawn == 1
    assert counts_of(team, line(0), line(1)).written == 0
    assert UsageEvent.objects.live().count() == 1


def test_two_people_in_one_millisecond_stay_two(team: Team) -> None:
    from_api(team, api_row(0, userEmail="bob@example.com"))
    assert counts_of(team, line(0)).inserted == 1


def test_twins_meet_as_many_as_there_are(team: Team) -> None:
    from_api(team, api_row(0))
    assert counts_of(team, line(0), line(0)) == Counts(read=2, inserted=1, unchanged=1)


def test_a_preview_says_what_would_be_done_and_does_nothing(team: Team) -> None:
    counts_of(team, line(0, "-"))
    lines = [line(0, "0.5"), line(1), line(2, day=date(2026, 11, 2))]
    before = list(UsageEvent.objects.values())
    seen = preview(team, a_file(*lines))
    assert list(UsageEvent.objects.values()) == before
    assert seen.counts == Counts(read=3, inserted=2, updated=1)
    assert seen == import_csv(team, a_file(*lines))


def test_a_wrong_file_changes_nothing(team: Team) -> None:
    lines = [line(n % 60) for n in range(3000)]
    with pytest.raises(BadCsv, match="Line 3002, column “Cost”"):
        import_csv(team, a_file(*lines, line(0, "much")))
    assert not UsageEvent.objects.exists()
    assert not SyncRun.objects.exists()
    assert counts_of(team, line(0)).inserted == 1, "the lease and the table are free"


class Told(Watcher):
    def __init__(self) -> None:
        self.days: list[tuple[int, int]] = []

    def day(self, day: date, done: int, total: int, counts: Counts) -> None:
        self.days.append((done, total))


def test_an_import_is_a_run_and_leaves_the_schedule_alone(team: Team) -> None:
    due = NOW + timedelta(minutes=7)
    factories.sync_state(team, Stream.EVENTS, due)
    file, told = a_file(line(0), line(0, day=date(2026, 11, 2))), Told()
    import_csv(team, file, watcher=told)
    run = SyncRun.objects.get()
    assert (run.reason, run.stream) == ("import", "events")
    assert (run.read, run.inserted, run.windows_done, run.error) == (2, 2, 2, "")
    assert run.finished_at is not None
    assert told.days == [(1, 2), (2, 2)]
    state = SyncState.objects.get()
    assert (state.due_at, state.leased_until, state.failures) == (due, None, 0)


def test_a_sync_of_the_same_events_goes_first(team: Team) -> None:
    take(team, Stream.EVENTS)
    with pytest.raises(LeaseTaken):
        counts_of(team, line(0))


def test_an_empty_file_is_no_trouble(team: Team) -> None:
    done = import_csv(team, a_file())
    assert (done.contents.first_day, done.counts) == (None, Counts())


def test_another_team_is_not_touched(team: Team) -> None:
    other = factories.team("globex")
    counts_of(other, line(0))
    counts_of(team, line(0, "0.5"))
    assert UsageEvent.objects.get(team=other).cost_cents == 12


def test_no_table_is_left_behind(team: Team) -> None:
    counts_of(team, line(0))
    assert "imported_event" not in connection.introspection.table_names()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "usage.csv"
    path.write_bytes(a_file(line(0), line(1)).read())
    return path


def command(*arguments: str) -> dict[str, int]:
    out = io.StringIO()
    call_command("import_usage_csv", *arguments, stdout=out, stderr=io.StringIO())
    counts: dict[str, int] = json.loads(out.getvalue().splitlines()[-1])
    return counts


def test_the_command_previews_imports_and_repeats(team: Team, path: Path) -> None:
    assert command(str(path), "--dry-run")["inserted"] == 2
    assert not UsageEvent.objects.exists()
    assert command(str(path), "--team", "acme")["inserted"] == 2
    assert command(str(path))["unchanged"] == 2


def test_the_command_names_the_line_and_column(team: Team, path: Path) -> None:
    path.write_bytes(a_file(line(0), line(1, "much")).read())
    with pytest.raises(CommandError, match="usage.csv: Line 3, column “Cost”") as error:
        command(str(path))
    assert error.value.returncode == 2
    with pytest.raises(CommandError, match="No such file"):
        command(str(path.with_name("other.csv")))
