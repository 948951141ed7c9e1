"""What a worker does with a file: read, compare, import; and how it ends."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.imports import files
from dashboard.imports.asking import MOST_TRIES, cancel, go, sweep
from dashboard.imports.work import AFTER, BROKEN, NO_FILE, work
from dashboard.models import (
    ImportedDay,
    Stream,
    SyncRun,
    SyncState,
    UsageEvent,
    UsageImport,
)
from dashboard.sync import csv_import
from dashboard.sync.export_file import staged
from dashboard.sync.lease import TERM, take, utc_now
from tests.dashboard.imports.conftest import HandIn, Outbox
from tests.dashboard.sync.test_csv_import import line
from tokens.models import Team

State = UsageImport.State
DAYS = [date(2026, 11, number) for number in range(1, 6)]
LINES = [line(second, day=day) for day in DAYS for second in (0, 1)]


def again(one: UsageImport) -> UsageImport:
    return UsageImport.objects.get(pk=one.pk)


def read(one: UsageImport) -> UsageImport:
    work(one.pk)
    return again(one)


def test_a_file_is_kept_for_its_owner_only(handed_in: HandIn) -> None:
    one = handed_in(*LINES)
    path = files.path_of(one.stored)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "usage" not in path.name
    assert path.stat().st_size == one.size


def test_it_is_read_first_and_nothing_is_written(handed_in: HandIn) -> None:
    one = read(handed_in(*LINES, line(9, "-", user="", day=DAYS[4])))
    assert one.state == State.READY
    assert (one.rows, one.days, one.people) == (11, 5, 1)
    assert (one.first_day, one.last_day) == (DAYS[0], DAYS[4])
    assert (one.cents, one.unpriced, one.unattributed) == (Decimal(120), 1, 1)
    assert (one.inserted, one.updated, one.unchanged) == (11, 0, 0)
    assert not UsageEvent.objects.exists()
    assert not ImportedDay.objects.exists()


def test_it_is_imported_when_somebody_says_so(
    handed_in: HandIn, outbox: Outbox
) -> None:
    one = read(handed_in(*LINES))
    stored = one.stored
    assert go(one, utc_now(), outbox)
    assert outbox == [one.pk, one.pk]
    work(one.pk)
    one = again(one)
    assert (one.state, one.stored, one.days_done) == (State.DONE, "", 5)
    assert (one.inserted, one.updated, one.unchanged) == (10, 0, 0)
    assert UsageEvent.objects.count() == 10
    assert ImportedDay.objects.count() == 5
    assert not files.path_of(stored).exists()
    assert SyncRun.objects.get().inserted == 10


def test_a_message_that_comes_twice_does_nothing(
    handed_in: HandIn, outbox: Outbox
) -> None:
    one = read(handed_in(*LINES))
    go(one, utc_now(), outbox)
    for _ in range(3):
        work(one.pk)
    assert SyncRun.objects.count() == 1
    work(10**9)


def test_a_wrong_file_names_line_and_column_and_changes_nothing(
    handed_in: HandIn, outbox: Outbox
) -> None:
    one = handed_in(*LINES, line(0, "much"))
    stored = one.stored
    one = read(one)
    assert one.state == State.REFUSED
    assert one.sentence.startswith("Line 12, column “Cost”")
    assert not files.path_of(stored).exists()
    assert not go(one, utc_now(), outbox)


def test_what_is_no_csv_is_refused_too(handed_in: HandIn) -> None:
    for content in (b"\x89PNG\r\n\x1a\n\0\0", b"%PDF-1.7", b"\xff\xfea\0b\0", b" "):
        one = read(handed_in(content=content))
        assert (one.state, bool(one.sentence)) == (State.REFUSED, True)


def test_a_cancelled_one_is_gone_and_a_worker_at_it_stops(
    handed_in: HandIn, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = read(handed_in(*LINES))
    go(one, utc_now(), outbox)
    on_day(monkeypatch, 3, lambda: cancel(again(one), utc_now()))
    work(one.pk)
    found = again(one)
    assert (found.state, found.days_done, found.stored) == (State.CANCELLED, 2, "")
    whole(found)
    assert not cancel(found, utc_now())
    assert not go(found, utc_now(), outbox)


def on_day(monkeypatch: pytest.MonkeyPatch, number: int, do: Callable[[], Any]) -> None:
    """`do`, as if from elsewhere, when the day of this number is about to be merged."""
    seen = 0

    def meddled(day: date) -> Any:
        nonlocal seen
        seen += 1
        if seen == number:
            do()
        return staged(day)

    monkeypatch.setattr(csv_import, "staged", meddled)


def whole(one: UsageImport) -> None:
    """What is counted is in the tables, by whole days, and no more."""
    events = UsageEvent.objects.order_by("day").values_list("day", flat=True)
    assert list(events) == [day for day in DAYS[: one.days_done] for _ in range(2)]
    assert one.inserted == UsageEvent.objects.count()
    assert ImportedDay.objects.count() == one.days_done


class Killed(BaseException):
    """What no code of ours catches."""


def test_after_a_kill_it_goes_on_behind_the_last_whole_day(
    handed_in: HandIn, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = read(handed_in(*LINES))
    go(one, utc_now(), outbox)
    with monkeypatch.context() as patch:

        def killed() -> None:
            raise Killed

        on_day(patch, 3, killed)
        with pytest.raises(Killed):
            work(one.pk)
    one = again(one)
    assert one.is_held(utc_now())
    whole(one)
    later = utc_now() + TERM
    assert one.is_lost(later)
    outbox.clear()
    sweep(later + timedelta(minutes=2), outbox)
    assert outbox == [one.pk]
    work(one.pk, lambda: later)
    one = again(one)
    assert (one.state, one.days_done, one.inserted) == (State.DONE, 5, 10)
    whole(one)


def test_a_worker_that_dies_each_time_is_not_sent_for_ever(
    handed_in: HandIn, outbox: Outbox
) -> None:
    one = handed_in(*LINES)
    past = utc_now() - timedelta(minutes=5)
    lost = {"leased_until": past, "due_at": past, "tries": MOST_TRIES}
    UsageImport.objects.update(**lost)
    outbox.clear()
    sweep(utc_now(), outbox)
    one = again(one)
    assert (one.state, outbox) == (State.FAILED, [])
    assert "3 times in the middle" in one.sentence
    assert go(one, utc_now(), outbox)
    assert read(one).state == State.READY


def test_it_waits_for_a_sync_of_the_same_events(
    handed_in: HandIn, outbox: Outbox, team: Team
) -> None:
    one = read(handed_in(*LINES))
    go(one, utc_now(), outbox)
    lease = take(team, Stream.EVENTS)
    work(one.pk)
    one = again(one)
    assert (one.state, one.sentence, one.tries) == (State.IMPORTING, AFTER, 0)
    lease.released()
    outbox.clear()
    sweep(utc_now() + timedelta(minutes=1), outbox)
    assert outbox == [one.pk]
    work(one.pk)
    assert again(one).state == State.DONE


def test_an_import_leaves_the_streams_state_alone(
    handed_in: HandIn, outbox: Outbox, team: Team
) -> None:
    take(team, Stream.EVENTS).released()
    before = SyncState.objects.get()
    one = read(handed_in(*LINES))
    go(one, utc_now(), outbox)
    work(one.pk)
    after = SyncState.objects.get()
    for name in ("due_at", "started_at", "finished_at", "succeeded_at", "last_error"):
        assert getattr(after, name) == getattr(before, name)
    assert after.leased_until is None


def test_a_file_that_is_not_here_says_what_to_do(handed_in: HandIn) -> None:
    one = handed_in(*LINES)
    files.drop(one.stored)
    assert read(one).sentence == NO_FILE


def test_what_nobody_foresaw_ends_on_the_row(
    handed_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dashboard.imports.work.preview", broken)
    one = read(handed_in(*LINES))
    assert (one.state, one.sentence) == (State.FAILED, BROKEN)
    assert one.stored


def test_what_nobody_confirms_within_a_day_is_deleted(
    handed_in: HandIn, outbox: Outbox
) -> None:
    one = read(handed_in(*LINES))
    path = files.path_of(one.stored)
    left_over = path.with_name("something.upload")
    left_over.write_text("of a web process that was killed")
    soon = datetime.now(UTC) + timedelta(hours=23)
    sweep(soon, outbox)
    assert path.exists()
    os.utime(left_over, (0, 0))
    sweep(datetime.now(UTC) + timedelta(hours=25), outbox)
    one = again(one)
    assert (one.state, one.stored) == (State.EXPIRED, "")
    assert not path.exists()
    assert not left_over.exists()
    assert not go(one, utc_now(), outbox)


def test_an_export_of_a_person_is_theirs(handed_in: HandIn, outbox: Outbox) -> None:
    content = b"Date,Model,Cost\n2026-11-01T12:00:00Z,gpt-5,1\n"
    one = read(handed_in(content=content, owner="ada@example.com"))
    go(one, utc_now(), outbox)
    work(one.pk)
    assert UsageEvent.objects.get().email == "ada@example.com"
