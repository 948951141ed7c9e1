"""Rows that could be read once and cannot be read today: nothing known is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from dashboard.adminapi.notes import Notes
from dashboard.models import (
    QuarantinedRow,
    Stream,
    SyncRun,
    SyncState,
    UsageEvent,
    UsageRollup,
)
from dashboard.sync.likeness import Row
from dashboard.sync.unreadable import may_be
from dashboard.sync.windows import DAY_MS, Window
from tests.dashboard.sync.conftest import Clock, Sync
from tests.vendor import Vendor
from tokens.models import Attention, Team


@pytest.fixture
def days(clock: Clock) -> list[Window]:
    now = int(clock.now.timestamp() * 1000)
    return [Window(now - 5 * DAY_MS, now)]


def sums() -> dict[str, Any]:
    return UsageRollup.objects.aggregate(Sum("events"), Sum("charged_cents"))


def test_a_window_of_which_no_row_can_be_read_replaces_nothing(
    sync: Sync, team: Team, vendor: Vendor, days: list[Window]
) -> None:
    known = sync(Stream.EVENTS, days).counts.inserted
    before = sums()
    vendor.fault("events", "bad_rows", times=None, share=1)
    refused = sync(Stream.EVENTS, days)
    assert refused.error.startswith(f"None of the {known} rows that came could be read")
    assert refused.windows_failed == 1
    assert SyncState.objects.get(team=team, stream="events").last_error == refused.error
    assert (sums(), UsageEvent.objects.live().count()) == (before, known)
    assert QuarantinedRow.objects.filter(stream=Stream.EVENTS).exists()
    vendor.heal()
    repaired = sync(Stream.EVENTS, days)
    assert not repaired.error
    assert repaired.counts.written == 0


def test_a_window_that_nothing_was_known_of_is_not_complete_either(
    sync: Sync, vendor: Vendor, days: list[Window]
) -> None:
    vendor.fault("events", "bad_rows", times=None, share=1)
    assert sync(Stream.EVENTS, days).windows_done == 0
    vendor.heal()
    assert sync(Stream.EVENTS, days).counts.inserted > 0


# Who is in no group stands beside the list of groups.
@pytest.mark.parametrize("stream", sorted(set(Stream) - {Stream.EVENTS, Stream.GROUPS}))
def test_a_list_of_which_no_row_can_be_read_is_no_answer(
    sync: Sync, vendor: Vendor, days: list[Window], stream: Stream
) -> None:
    vendor.fault(stream, "bad_rows", times=None, share=1)
    assert "rows that came could be read" in sync(stream, days).error
    assert QuarantinedRow.objects.filter(stream=stream).exists()


def test_known_events_whose_rows_cannot_be_read_today_stay(
    sync: Sync, vendor: Vendor, days: list[Window]
) -> None:
    sync(Stream.EVENTS, days)
    before = sums()
    vendor.fault("events", "bad_rows", times=None, share=0.3)
    outcome = sync(Stream.EVENTS, days)
    assert outcome.counts.quarantined > 10
    assert (outcome.error, outcome.counts.withdrawn) == ("", 0)
    assert sums() == before
    assert outcome.counts.spared == outcome.counts.quarantined
    assert SyncRun.objects.latest("pk").spared == outcome.counts.spared
    notice = Attention.objects.get(kind="quarantine", subject="events", cleared_at=None)
    assert "What was known of them before stays as it was." in notice.text
    for _ in ("the same again", "readable again"):
        assert sync(Stream.EVENTS, days).counts.written == 0
        vendor.heal()
    assert sums() == before


def test_an_event_is_gone_when_the_unreadable_row_says_that_it_is_another() -> None:
    told = Row(1, 5, "gpt-5", "c1", 1, 2, 3, 4, "a@example.com")
    notes = Notes()
    notes.refused({"model": "other", "conversationId": "c9"}, "No time.")
    assert may_be([told], notes) == set()


rows = st.builds(
    Row,
    key=st.just(0),
    timestamp_ms=st.integers(1, 9),
    model=st.sampled_from(["", "m1", "m2"]),
    conversation_id=st.sampled_from(["", "c1", "c2"]),
    input_tokens=st.sampled_from([None, 0, 7]),
    output_tokens=st.just(None),
    cache_write_tokens=st.just(None),
    cache_read_tokens=st.just(None),
    email=st.sampled_from(["", "a@example.com", "b@example.com"]),
)
SILENT: st.SearchStrategy[Any] = st.sampled_from(
    [None, "an event", [], {"timestamp": "NaN"}]
)


def served(row: Row) -> dict[str, Any]:
    """The stored event as it comes, without a time."""
    tokens = {"inputTokens": row.input_tokens, "totalCents": Decimal("1.5")}
    return {
        "model": row.model,
        "conversationId": row.conversation_id,
        "userEmail": row.email,
        "tokenUsage": None if row.input_tokens is None else tokens,
    }


@given(st.lists(rows, max_size=6), st.lists(rows, max_size=4), st.lists(SILENT))
def test_an_event_whose_row_came_unreadable_is_never_taken_for_gone(
    unread: list[Row], gone: list[Row], silent: list[Any]
) -> None:
    missing = [row._replace(key=n) for n, row in enumerate([*unread, *gone])]
    notes = Notes()
    for row in [*map(served, unread), *silent]:
        notes.refused(row, "No time.")
    spared = may_be(missing, notes)
    assert len(spared) >= min(len(unread) + len(silent), len(missing)) - len(gone)
    assert len(spared) <= min(notes.unreadable, len(missing))
    if not gone:
        assert spared == {row.key for row in missing}
    assert may_be([row for row in missing if row.key in spared], notes) == spared
