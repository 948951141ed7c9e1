"""Rows that could not be read are told for as long as they cannot be."""

from datetime import datetime

import pytest

from dashboard.adminapi import notes as notes_
from dashboard.adminapi.notes import Notes
from dashboard.models import QuarantinedRow, Stream
from dashboard.sync import quarantine
from dashboard.sync.windows import DAY_MS, Window
from tests.dashboard.sync.conftest import Clock, Sync
from tests.vendor import Vendor
from tokens.models import Attention, Team


def days(first: int, last: int) -> Window:
    return Window(first * DAY_MS, (last + 1) * DAY_MS - 1)


WEEK = days(1, 7)


@pytest.fixture
def came(team: Team, now: datetime) -> "Came":
    return Came(team, now)


class Came:
    """An answer for a window, of which these rows could not be read."""

    def __init__(self, team: Team, now: datetime) -> None:
        self.team, self.now = team, now

    def __call__(self, window: Window, *bad: object) -> str:
        """The notice, empty when there is none."""
        notes = Notes(rows=1 + len(bad), readable=1)
        for row in bad:
            notes.refused(row, "No time.")
        quarantine.keep(self.team, Stream.EVENTS, notes, window, self.now)
        notice = Attention.objects.filter(kind="quarantine", cleared_at=None).first()
        return notice.text if notice else ""


def test_equal_rows_count_as_often_as_they_came(came: Came) -> None:
    assert came(WEEK, None, None, "x").startswith("3 rows of usage events cannot")
    assert QuarantinedRow.objects.count() == 2


def test_a_row_that_comes_again_is_the_same_row(came: Came) -> None:
    came(days(3, 3), "x", "y")
    assert came(WEEK, "x", "y").startswith("2 rows")
    assert QuarantinedRow.objects.count() == 2


def test_the_notice_goes_once_the_window_comes_without_them(came: Came) -> None:
    came(WEEK, "x")
    assert came(days(8, 9)).startswith("1 row ")
    assert came(WEEK) == ""
    assert QuarantinedRow.objects.get().cured_at == came.now
    assert came(WEEK, "x").startswith("1 row ")
    assert QuarantinedRow.objects.get().cured_at is None


def test_narrower_windows_together_say_the_same(came: Came) -> None:
    came(WEEK, "x")
    for day in (7, 1, 6, 2, 3, 5):
        assert came(days(day, day))
    assert came(days(4, 4)) == ""


def test_a_row_that_a_narrower_window_has_is_sought_there(came: Came) -> None:
    came(WEEK, "x", "x")
    for _ in range(2):
        assert came(days(4, 4), "x").startswith("2 rows")
    assert came(days(4, 4)).startswith("1 row ")
    assert came(WEEK) == ""


def test_the_same_text_in_two_windows_is_two_rows(came: Came) -> None:
    came(days(1, 1), None)
    assert came(days(2, 2), None).startswith("2 rows")
    assert came(days(1, 1)).startswith("1 row ")


def test_what_finds_no_room_is_counted(
    came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes_, "ROOM", 3 * (notes_.EACH + 10))
    assert came(WEEK, *(f"{n}" for n in range(1200))).startswith("1,200 rows")
    assert QuarantinedRow.objects.count() == 4
    rest = QuarantinedRow.objects.get(raw="")
    assert (rest.times, rest.reason) == (1197, quarantine.UNKEPT)
    assert came(WEEK) == ""


@pytest.mark.parametrize("stream", Stream)
def test_a_stream_that_is_readable_again_asks_for_nobody(
    sync: Sync, vendor: Vendor, clock: Clock, stream: Stream
) -> None:
    now = int(clock.now.timestamp() * 1000)
    ends = [now - 4 * n * DAY_MS for n in range(3)]
    windows = [Window(end - 4 * DAY_MS + 1, end) for end in ends]
    vendor.fault(stream, "bad_rows", times=None, share=0.25)
    assert sync(stream, windows).counts.quarantined > 0
    open_ = Attention.objects.filter(kind="quarantine", cleared_at=None)
    assert open_.get().subject == stream
    vendor.heal()
    sync(stream, windows)
    assert not open_.exists()
