"""Events against the simulator's own oracle: late, restated, blanked, withdrawn."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from dashboard.adminapi.records import UsageEventRecord
from dashboard.models import QuarantinedRow, Stream, UsageEvent, UsageRollup
from dashboard.sync.counts import Counts
from dashboard.sync.identity import event_kind, fingerprint
from dashboard.sync.lease import take
from dashboard.sync.run import Job, sync_stream
from dashboard.sync.windows import Window, between
from tests.dashboard.sync.conftest import Clock, Sync
from tests.dashboard.sync.whole_window import replace_window
from tests.vendor import Vendor
from tokens.models import Team

T0 = 1_790_000_000_000
WINDOW = Window(T0 - 10_000, T0 + 10_000)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def an_event(**changes: Any) -> UsageEventRecord:
    row = {
        "timestamp": str(T0),
        "userEmail": "alice@example.com",
        "model": "gpt-5",
        "kind": "Usage-based",
        "tokenUsage": {"inputTokens": 10, "outputTokens": 5},
        "chargedCents": Decimal("21.36232"),
        "conversationId": "c1",
    }
    return replace(UsageEventRecord.read(row), **changes)


@pytest.fixture
def store(team: Team) -> Callable[..., Counts]:
    """Replace the window with what the vendor is said to serve now."""

    def write(*records: UsageEventRecord) -> Counts:
        with transaction.atomic():
            return replace_window(team, WINDOW, records, NOW).counts

    return write


def rollup_rows(team: Team) -> list[dict[str, Any]]:
    return [
        {
            "day": row.day.isoformat(),
            "email": row.email,
            "model": row.model,
            "kind": row.kind,
            "events": row.events,
            "charged_cents": row.charged_cents,
            "requests_costs": row.requests_costs,
            "unpriced_events": row.unpriced_events,
            "tokens": row.input_tokens + row.output_tokens,
        }
        for row in UsageRollup.objects.filter(team=team)
    ]


def oracle_rows(vendor: Vendor, now: datetime) -> list[dict[str, Any]]:
    rows = vendor.totals(now.date() - timedelta(days=400), now.date())
    return [
        {
            "day": row["day"],
            "email": row["email"],
            "model": row["model"],
            "kind": row["kind"],
            "events": row["events"],
            "charged_cents": pytest.approx(
                Decimal(row["charged_cents"]), abs=Decimal("1e-4")
            ),
            "requests_costs": Decimal(row["requests_costs"]),
            "unpriced_events": row["unpriced_events"],
            "tokens": row["input_tokens"] + row["output_tokens"],
        }
        for row in rows
    ]


def by_key(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda r: (r["day"], r["email"], r["model"], r["kind"]))


def test_a_first_sync_equals_the_oracle_and_a_second_writes_nothing(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    clock.set(clock.now + timedelta(minutes=1))
    first = sync(Stream.EVENTS)
    assert first.counts.inserted == first.counts.read > 100
    vendor.set_clock(clock.now - timedelta(minutes=1))
    assert by_key(rollup_rows(team)) == by_key(oracle_rows(vendor, clock.now))
    second = sync(Stream.EVENTS)
    assert second.counts.written == 0
    assert second.counts.unchanged == second.counts.read > 0


def test_late_events_are_taken_up(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock, now: datetime
) -> None:
    clock.set(now - timedelta(hours=30))
    sync(Stream.EVENTS)
    before = UsageEvent.objects.count()
    clock.set(now)
    later = sync(Stream.EVENTS)
    assert later.counts.inserted == UsageEvent.objects.count() - before > 0
    vendor.set_clock(now - timedelta(minutes=1))
    assert by_key(rollup_rows(team)) == by_key(oracle_rows(vendor, now))


def test_a_day_later_no_event_is_withdrawn(
    sync: Sync, clock: Clock, now: datetime
) -> None:
    clock.set(now - timedelta(days=1))
    sync(Stream.EVENTS)
    clock.set(now)
    assert sync(Stream.EVENTS).counts.withdrawn == 0


def test_a_restated_cost_updates_its_row(store: Callable[..., Counts]) -> None:
    store(an_event())
    counts = store(an_event(charged_cents=Decimal("12.5"), raw_kind="Included in Pro"))
    assert (counts.updated, counts.inserted, counts.withdrawn) == (1, 0, 0)
    row = UsageEvent.objects.get()
    assert (row.cost_cents, row.kind) == (Decimal("12.5"), "included")
    rollup = UsageRollup.objects.get()
    assert (rollup.charged_cents, rollup.kind) == (Decimal("12.5"), "included")


def test_identical_twins_stay_two_however_often_they_are_fetched(
    store: Callable[..., Counts],
) -> None:
    assert store(an_event(), an_event()).inserted == 2
    assert store(an_event(), an_event()).unchanged == 2
    assert UsageRollup.objects.get().events == 2


def test_a_vanished_event_is_marked_and_a_returning_one_is_live_again(
    store: Callable[..., Counts],
) -> None:
    other = an_event(conversation_id="c2")
    store(an_event(), other)
    assert store(other).withdrawn == 1
    assert UsageEvent.objects.count() == 2
    assert UsageRollup.objects.get().events == 1
    assert store(an_event(), other).updated == 1
    assert UsageRollup.objects.get().events == 2
    assert UsageEvent.objects.live().count() == 2


def test_the_last_event_of_a_day_takes_its_rollup_with_it(
    store: Callable[..., Counts],
) -> None:
    store(an_event())
    store()
    assert not UsageRollup.objects.exists()


def test_a_blanked_email_keeps_the_known_one(store: Callable[..., Counts]) -> None:
    store(an_event())
    blank = an_event(email="")
    counts = store(blank)
    assert (counts.inserted, counts.withdrawn) == (0, 0)
    assert UsageEvent.objects.get().email == "alice@example.com"
    assert store(blank).written == 0
    assert UsageRollup.objects.get().email == "alice@example.com"


def test_an_email_that_is_given_later_is_taken(store: Callable[..., Counts]) -> None:
    store(an_event(email=""))
    assert UsageRollup.objects.get().email == ""
    store(an_event())
    assert UsageRollup.objects.get().email == "alice@example.com"
    assert UsageEvent.objects.count() == 1


def test_tokens_that_are_filled_in_late_belong_to_the_same_row(
    store: Callable[..., Counts],
) -> None:
    store(an_event(input_tokens=None, output_tokens=None))
    store(an_event())
    assert UsageEvent.objects.get().input_tokens == 10


def test_two_people_in_one_millisecond_are_not_taken_for_each_other(
    store: Callable[..., Counts],
) -> None:
    store(an_event())
    counts = store(an_event(email="bob@example.com"))
    assert (counts.inserted, counts.withdrawn) == (1, 1)


def test_unpriced_and_unattributed_events_are_kept_and_counted(
    store: Callable[..., Counts],
) -> None:
    store(an_event(email="", charged_cents=None, raw_kind="Something New"))
    rollup = UsageRollup.objects.get()
    assert (rollup.email, rollup.kind) == ("", "other")
    assert (rollup.unpriced_events, rollup.charged_cents) == (1, 0)
    assert UsageEvent.objects.get().raw_kind == "Something New"


def test_binary_noise_in_a_price_is_kept_to_eight_decimals(
    store: Callable[..., Counts],
) -> None:
    store(an_event(charged_cents=Decimal("40.16699999999999")))
    assert UsageEvent.objects.get().cost_cents == Decimal("40.167")
    assert store(an_event(charged_cents=Decimal("40.16699999999999"))).written == 0


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("Usage-based", "on_demand"),
        ("USAGE_EVENT_KIND_USAGE_BASED", "on_demand"),
        ("Included in Business", "included"),
        ("USAGE_EVENT_KIND_INCLUDED_IN_PRO", "included"),
        ("Errored, Not Charged", "errored"),
        ("USAGE_EVENT_KIND_ERRORED_NOT_CHARGED", "errored"),
        ("Free Credit", "free"),
        ("USAGE_EVENT_KIND_FREE_CREDIT", "free"),
        ("User API Key", "other"),
        ("", "other"),
    ],
)
def test_kinds_are_normalised_in_both_spellings(raw: str, kind: str) -> None:
    assert event_kind(raw) == kind


records = st.builds(
    an_event,
    timestamp_ms=st.integers(T0, T0 + 2),
    email=st.sampled_from(["", "alice@example.com", "bob@example.com"]),
    charged_cents=st.one_of(st.none(), st.decimals(0, 100, places=6)),
    input_tokens=st.sampled_from([None, 0, 10]),
)


@given(st.lists(st.tuples(records, st.decimals(0, 100, places=6)), max_size=12))
def test_a_cost_is_no_part_of_a_fingerprint(
    rows: list[tuple[UsageEventRecord, Decimal]],
) -> None:
    for record, cost in rows:
        restated = replace(
            record, charged_cents=cost, raw_kind="other", is_chargeable=True
        )
        assert fingerprint(record) == fingerprint(restated)


def test_rows_from_outside_the_window_are_left_to_their_own(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock
) -> None:
    """A vendor that ignores the dates serves every row in every window."""
    api = AdminApi(Http("http://x", "k", httpx.MockTransport(one_page), lambda _: None))
    job = Job(team, api, clock)
    windows = [Window(T0 + 1, T0 + 10), Window(T0, T0), Window(T0 - 10, T0 - 1)]
    outcome = sync_stream(job, Stream.EVENTS, take(team, Stream.EVENTS, clock), windows)
    assert outcome.error == ""
    assert UsageEvent.objects.count() == 1


def one_page(request: httpx.Request) -> httpx.Response:
    row = {"timestamp": str(T0), "model": "m", "kind": "Usage-based"}
    return httpx.Response(200, json={"totalUsageEventsCount": 1, "usageEvents": [row]})


def test_rows_that_drift_over_a_page_border_unseen_are_noticed(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock, now: datetime
) -> None:
    """The announced number stays the same while one row comes twice and one never."""
    windows = between(now.date() - timedelta(days=9), now.date(), 10, ms(now))
    vendor.fault("events", "page_drift", times=1, count="same")
    clock.set(now)
    vendor.set_clock(now - timedelta(minutes=1))
    assert not sync(Stream.EVENTS, windows).error
    assert sync(Stream.EVENTS, windows).counts.written == 0


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_rows_that_cannot_be_read_are_kept_and_hold_up_nothing(
    sync: Sync, team: Team, vendor: Vendor, clock: Clock, now: datetime
) -> None:
    vendor.fault("events", "bad_rows", times=None, share=0.05)
    outcome = sync(Stream.EVENTS)
    assert outcome.error == ""
    assert outcome.counts.quarantined > 0
    assert outcome.counts.inserted > 0
    assert QuarantinedRow.objects.count() > 0
    again = sync(Stream.EVENTS)
    assert again.counts.written == 0


NASTY = [
    *("None", "\x1f", "a\x1fb", "\x02", "a\nb", "a\r", "\\N", "\\.", '"', "'", "\t"),
    *("e\u0301", "\u2028", "😀", "%s", "{}", ",", "\\x00", "NULL", "\x02\x1f\n"),
]


@pytest.mark.parametrize("text", NASTY)
def test_texts_are_stored_as_they_came(store: Callable[..., Counts], text: str) -> None:
    """Signs that mean something to a COPY, or would be taken for nothing at all."""
    event = an_event(model=text, conversation_id=text, service_account_name=text)
    assert store(event, an_event()).inserted == 2
    stored = UsageEvent.objects.exclude(model="gpt-5").get()
    names = (stored.model, stored.conversation_id, stored.service_account_name)
    assert names == (text, text, text)
    assert (stored.cost_cents, stored.is_headless) == (Decimal("21.36232"), None)
    assert store(event, an_event()).written == 0


def test_numbers_are_stored_to_the_places_of_their_columns(
    store: Callable[..., Counts],
) -> None:
    noisy = an_event(
        charged_cents=Decimal("0E-12"),
        model_cents=Decimal("1E-7"),
        requests_costs=Decimal("9999999999.123456789"),
        discount_percent=Decimal("-0.5"),
        is_headless=True,
        max_mode=False,
    )
    store(noisy)
    row = UsageEvent.objects.get()
    assert (row.charged_cents, row.model_cents) == (Decimal(0), Decimal("1E-7"))
    assert row.requests_costs == Decimal("9999999999.12345679")
    assert (row.discount_percent, row.token_fee_cents) == (Decimal("-0.5"), None)
    assert (row.is_headless, row.max_mode, row.is_chargeable) == (True, False, None)
    assert row.day == datetime.fromtimestamp(T0 / 1000, UTC).date()
