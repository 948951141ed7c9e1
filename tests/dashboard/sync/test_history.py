"""Where the vendor's history ends for a key: the backfill does, the stream does not."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from dashboard.adminapi.errors import KeyMayNot
from dashboard.models import Capability, Stream, SyncState, SyncWindow
from dashboard.stats.calendar import Mark, calendars
from dashboard.sync import backfill, capability, coverage
from dashboard.sync.fetch import FETCH
from dashboard.sync.steps import Step, Writer
from tests.dashboard.sync.conftest import Clock, Sync
from tests.vendor import Vendor
from tokens.models import Attention, Team

STREAMS = list(coverage.RHYTHMS)


@pytest.fixture
def first(clock: Clock) -> date:
    """The first day that the key may read."""
    return clock.now.date() - timedelta(days=11)


@pytest.fixture
def short_history(first: date, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A key that may not read what is older than the first day."""
    for stream in STREAMS:
        monkeypatch.setitem(FETCH, stream, _refusing(FETCH[stream], first))
    return iter(())


def _refusing(fetch: object, first: date) -> object:
    def refusing(step: Step) -> Writer:
        if step.window.days[0] < first:
            raise KeyMayNot("The key may not read this.")
        writer: Writer = fetch(step)  # type: ignore[operator]
        return writer

    return refusing


@pytest.mark.usefixtures("short_history")
@pytest.mark.parametrize("stream", STREAMS)
def test_a_refused_old_window_ends_the_backfill_and_not_the_stream(
    sync: Sync, team: Team, clock: Clock, stream: Stream, first: date
) -> None:
    outcome = sync(stream)
    assert (outcome.error, outcome.unavailable, outcome.windows_failed) == ("", "", 0)
    state = SyncState.objects.get(team=team, stream=stream)
    assert state.history_from == first
    assert state.due_at - clock.now < timedelta(hours=2)
    assert Capability.objects.get(stream=stream).state == Capability.State.OK
    assert not Attention.objects.exists()
    assert not SyncWindow.objects.exclude(status=SyncWindow.Status.DONE).exists()
    held = coverage.fetched_days(team, stream)
    assert min(held) == first
    assert coverage.backfill_windows(team, stream, clock.now) == []
    (shown,) = calendars(team, [stream], clock.now.date())
    assert shown.history_from == first
    assert (shown.missing, shown.failed) == (0, 0)
    assert shown.number(Mark.BEFORE) > 50


@pytest.mark.usefixtures("short_history")
def test_somebody_who_asks_for_older_days_has_them_tried_again(
    sync: Sync, team: Team, clock: Clock
) -> None:
    sync(Stream.EVENTS)
    backfill.ask(team, clock.now.date() - timedelta(days=200), clock.now)
    assert coverage.backfill_windows(team, Stream.EVENTS, clock.now)


@pytest.mark.usefixtures("short_history")
def test_a_right_that_was_missing_and_is_there_has_older_days_tried_again(
    sync: Sync, team: Team, clock: Clock
) -> None:
    sync(Stream.EVENTS)
    for error in (KeyMayNot("x"), None):
        capability.note(team, Stream.EVENTS, error, clock.now)
    assert coverage.history_from(team, Stream.EVENTS) is None


def test_a_key_that_may_read_nothing_any_more_has_no_shorter_history(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    sync(Stream.AUDIT)
    clock.set(clock.now + timedelta(hours=3))
    vendor.fault("audit", "403", times=None)
    assert sync(Stream.AUDIT).unavailable
    assert coverage.history_from(team, Stream.AUDIT) is None
