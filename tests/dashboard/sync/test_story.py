"""Any story of the vendor's and ours ends in the tables that the oracle expects.

A stateful test: time passes, quirks come and go, syncs run over windows that overlap,
workers die at any point. Whenever a sync has gone through, the tables hold what a
perfect reader would hold, and another sync writes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import httpx
import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from starlette.testclient import TestClient

from dashboard import cycles
from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from dashboard.adminapi.records import COUNTER_NAMES
from dashboard.models import DailyUsage, SpendSnapshot, Stream, SyncRun, UsageRollup
from dashboard.periods import first_ms
from dashboard.stats.cycles import usage_between
from dashboard.sync.lease import TERM, take
from dashboard.sync.run import Job, Outcome, sync_stream
from dashboard.sync.windows import QUIET_MS, Window, between, day_start_ms
from dashboard.verifying import differences
from simulator.app import make_app, make_world
from simulator.days import Clock as VendorClock
from simulator.faults import names, quirks
from simulator.oracle import totals
from simulator.player import ConnectionCutError
from tokens.models import Team

START = datetime(2026, 3, 12, 9, tzinfo=UTC)
HISTORY = 4
FIRST_DAY = START.date() - timedelta(days=HISTORY - 1)
CYCLE = START - timedelta(days=1, hours=2, seconds=7, milliseconds=31)
COUNTERS = ("agent_requests", "usage_based_reqs", "total_lines_added")
QUIRKS: dict[str, dict[str, Any]] = {
    "late": {"share": 0.2, "hours": 5},
    "restated": {"share": 0.3, "hours": 9},
    "vanished": {"share": 0.1, "hours": 7},
    "late_tokens": {"share": 0.2, "hours": 4},
    "twins": {"share": 0.1},
    "shuffled": {},
    "odd_kinds": {},
    "email_case": {},
    "string_numbers": {},
    "unknown_fields": {},
    "no_page_count": {},
    "zero_page_count": {},
    "bad_rows": {"share": 0.05},
    "null_fields": {"share": 0.2},
    "missing_fields": {"share": 0.2},
    "seed_shape": {},
    "middle_shape": {},
    "no_email": {"share": 0.3},
    "blanked_emails": {},
}
# While one of these is on, what a reader knows depends on what it saw before.
BLANKING = {"no_email", "blanked_emails"}
TROUBLE = [
    *("500", "503", "429", "403", "404", "401", "400", "464"),
    *("html", "cut_body", "close", "broken_json", "empty_body"),
    *("page_drift", "duplicated_page", "count_wrong"),
]
LISTS = [Stream.MEMBERS, Stream.SPEND, Stream.DAILY]
OF_LISTS = [
    *("email_case", "string_numbers", "unknown_fields", "null_fields"),
    *("missing_fields", "no_email", "no_page_count", "zero_page_count"),
]
numbers = count(1)


class Killed(Exception):
    """Stands for SIGKILL: nothing after it runs in that worker."""


class Story(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.now, self.on = START, set[str]()
        self.vendor_clock = VendorClock(self.vendor_ms())
        world = make_world(1, 4, HISTORY, self.vendor_clock)
        app = make_app(world, admin_key="k", chunk_delay_ms=0)
        self.vendor = TestClient(app, base_url="http://vendor")
        self.state = app.state.simulator
        self.board = self.state.board
        number = next(numbers)
        self.team = Team.objects.create(slug=f"team-{number}", name="T", sync_key="k")
        cycles.keep(self.team, [CYCLE], START)

    def vendor_ms(self) -> int:
        """A sync reads up to a minute before now; there the vendor's clock stands."""
        return int(self.now.timestamp() * 1000) - QUIET_MS

    @rule(minutes=st.sampled_from([1, 59, 60, 300, 1439, 1441]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.vendor_clock.fixed = self.vendor_ms()

    @rule(name=st.sampled_from(sorted(QUIRKS)))
    def the_vendor_changes_its_habits(self, name: str) -> None:
        self.on ^= {name}
        self.heal()

    @rule(fault=st.sampled_from(TROUBLE), times=st.integers(1, 3))
    def a_sync_meets_trouble(self, fault: str, times: int) -> None:
        self.board.add("events", fault, times, {})
        self.sync(self.everything(2))
        self.heal()

    @rule(calls=st.integers(1, 30), stride=st.integers(1, 4))
    def a_worker_is_killed(self, calls: int, stride: int) -> None:
        """At any look at the clock: between windows, or inside a transaction."""

        def clock() -> datetime:
            nonlocal calls
            calls -= 1
            if not calls:
                raise Killed
            return self.now

        try:
            self.sync(self.everything(stride), clock)
        except Killed:
            self.now += TERM

    @rule(ends=st.tuples(st.floats(0, 1), st.floats(0, 1)))
    def a_window_of_any_length_is_fetched(self, ends: tuple[float, float]) -> None:
        first, last = day_start_ms(FIRST_DAY), self.vendor_ms()
        start, end = sorted(first + int((last - first) * part) for part in ends)
        self.sync([Window(start, end)])

    @rule(stride=st.integers(1, 4))
    def everything_is_fetched(self, stride: int) -> None:
        assert self.went_well(self.sync(self.everything(stride)))
        if "bad_rows" in self.on:
            self.nothing_is_held_that_did_not_come()
        elif self.on & BLANKING:
            self.nobody_has_more_than_was_theirs()
        else:
            assert self.held() == self.expected()
        if "bad_rows" not in self.on:
            assert self.cents_of_the_cycle() == self.expected_of_the_cycle()
        again = self.sync(self.everything(stride))
        assert again.counts.written == 0
        assert self.went_well(again)

    def went_well(self, outcome: Outcome) -> bool:
        """A day may be over with one row, and that one unreadable."""
        return not outcome.error or (
            "bad_rows" in self.on and "rows that came could be read" in outcome.error
        )

    def nothing_is_held_that_did_not_come(self) -> None:
        """What was known before its row could not be read is held beside what is
        served, and in all no more than came."""
        held, served = by_person(self.held()), by_person(self.expected())
        if self.on & BLANKING:
            assert not without_people(served) - without_people(held)
        else:
            assert not served - held
        span = f"start={FIRST_DAY}&end={self.now.date()}"
        unread = self.vendor.get(f"/_sim/expect?{span}").json()["bad_rows"]
        assert 0 <= held.total() - served.total() <= unread

    def nobody_has_more_than_was_theirs(self) -> None:
        """E-mails are gone: all sums but the persons' are exact, and a person's lie
        between what is still served as theirs and what was theirs."""
        unblanked = [q for q in quirks(self.board.active("events"))]
        true = self.state.views.of(
            tuple(quirk for quirk in unblanked if quirk.name not in BLANKING)
        )
        span = day_start_ms(FIRST_DAY), self.vendor_ms()
        held = by_person(self.held())
        served = by_person(self.expected())
        owned = by_person(rows_of(totals(true.live(*span))))
        assert without_people(held) == without_people(served)
        for key, events in served.items():
            assert not key[1] or events <= held[key]
        for key, events in held.items():
            assert not key[1] or events <= owned[key]

    @rule(faults=st.sets(st.sampled_from(OF_LISTS)), share=st.sampled_from([0.3, 1]))
    def the_lists_are_fetched(self, faults: set[str], share: float) -> None:
        """Whatever they look like, no use and no money is lost or counted twice."""
        for stream in LISTS:
            for fault in sorted(faults & names(stream)):
                self.board.add(stream, fault, None, {"share": share})
        windows = [Window(day_start_ms(FIRST_DAY), self.vendor_ms())]
        for stream in LISTS:
            assert not self.sync(windows, stream=stream).error
        assert self.used_by_day() == self.expected_by_day()
        assert self.spent() == self.expected_spend()
        for stream in LISTS:
            assert self.sync(windows, stream=stream).counts.written == 0
        self.heal()

    def used_by_day(self) -> list[tuple[Any, ...]]:
        mine = DailyUsage.objects.filter(team=self.team).order_by("day")
        sums = mine.values_list("day").annotate(*map(Sum, COUNTERS))
        return [(day.isoformat(), *counted) for day, *counted in sums]

    def expected_by_day(self) -> list[tuple[Any, ...]]:
        world = self.state.world
        days = range(world.first_day, world.today() + 1)
        people = world.people(days.start, days.stop - 1)
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.state.daily.rows(people, days, idle=True):
            found[row["day"]].update({n: row[COUNTER_NAMES[n]] for n in COUNTERS})
        return [(day, *(found[day][n] for n in COUNTERS)) for day in sorted(found)]

    def spent(self) -> Decimal:
        start = datetime.fromtimestamp(self.state.world.cycle_start() / 1000, UTC)
        present = SpendSnapshot.objects.present(self.team, start)
        return sum((row.total or Decimal(0) for row in present), Decimal(0))

    def expected_spend(self) -> Any:
        cents = sum(row.used.overall for row in self.state.billed().spend())
        return pytest.approx(cents, abs=Decimal("1e-5"))

    def cents_of_the_cycle(self) -> Decimal:
        found = usage_between(self.team, CYCLE, self.now + timedelta(days=2), [])
        return sum((row.charged_cents for row in found), Decimal(0))

    def expected_of_the_cycle(self) -> Any:
        span = first_ms(CYCLE), self.vendor_ms()
        rows = totals(self.state.shown().live(*span))
        cents = sum(Decimal(str(row["charged_cents"])) for row in rows)
        return pytest.approx(cents, abs=Decimal("1e-5"))

    @invariant()
    def the_sums_equal_the_events(self) -> None:
        if hasattr(self, "team"):
            assert list(differences(self.team)) == []

    def heal(self) -> None:
        self.board.clear(None)
        for name in sorted(self.on):
            self.board.add("events", name, None, QUIRKS[name])

    def everything(self, stride: int) -> list[Window]:
        now_ms = int(self.now.timestamp() * 1000)
        return between(FIRST_DAY, self.now.date(), stride, now_ms)

    def sync(
        self,
        windows: list[Window],
        clock: Callable[[], datetime] | None = None,
        stream: Stream = Stream.EVENTS,
    ) -> Outcome:
        http = Http(
            "http://vendor", "k", httpx.MockTransport(self.carry), lambda _: None
        )
        lease = take(self.team, stream, lambda: self.now)
        job = Job(
            self.team,
            AdminApi(http),
            clock or (lambda: self.now),
            reason=SyncRun.Reason.COMMAND,
        )
        return sync_stream(job, stream, lease, windows)

    def carry(self, request: httpx.Request) -> httpx.Response:
        """To the vendor, which runs in this process."""
        try:
            answer = self.vendor.request(
                request.method,
                request.url.path,
                headers=dict(request.headers),
                content=request.content,
            )
        except ConnectionCutError:
            raise httpx.RemoteProtocolError("cut") from None
        return httpx.Response(answer.status_code, content=answer.content)

    def held(self) -> list[tuple[Any, ...]]:
        rows = UsageRollup.objects.filter(team=self.team)
        return sorted(
            (
                *(row.day.isoformat(), row.email, row.model, row.kind),
                *(row.events, row.unpriced_events, row.requests_costs),
                row.input_tokens + row.output_tokens,
                row.cache_write_tokens + row.cache_read_tokens,
                row.charged_cents,
            )
            for row in rows
        )

    def expected(self) -> list[tuple[Any, ...]]:
        span = f"start={FIRST_DAY}&end={self.now.date()}"
        return rows_of(self.vendor.get(f"/_sim/totals?{span}").json())

    def teardown(self) -> None:
        if hasattr(self, "team"):
            self.vendor.close()


def rows_of(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The oracle's, as `held` has them."""
    return sorted(
        (
            *(row["day"], row["email"], row["model"], row["kind"]),
            *(row["events"], row["unpriced_events"], Decimal(row["requests_costs"])),
            row["input_tokens"] + row["output_tokens"],
            row["cache_write_tokens"] + row["cache_read_tokens"],
            pytest.approx(Decimal(row["charged_cents"]), abs=Decimal("1e-5")),
        )
        for row in rows
    )


def by_person(rows: list[tuple[Any, ...]]) -> Counter[tuple[str, str]]:
    """Events by day and person."""
    found: Counter[tuple[str, str]] = Counter()
    for day, email, _, _, events, *_ in rows:
        found[day, email] += events
    return found


def without_people(counted: Counter[tuple[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (day, _), events in counted.items():
        found[day] += events
    return found


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_any_story_ends_in_the_tables_that_the_oracle_expects() -> None:
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=6,
            stateful_step_count=12,
            deadline=None,
            # Tracing each line for an explanation would take most of the time.
            phases=(Phase.generate, Phase.shrink),
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
