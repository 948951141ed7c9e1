"""Any story of the vendor's and ours ends in the tables that the oracle expects.

A stateful test: time passes, quirks come and go, syncs run over windows that overlap,
workers die at any point. Whenever a sync has gone through, the tables hold what a
perfect reader would hold, and another sync writes nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from starlette.testclient import TestClient

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from dashboard.models import Stream, SyncRun, UsageRollup
from dashboard.sync.lease import TERM, take
from dashboard.sync.run import Job, Outcome, sync_stream
from dashboard.sync.windows import QUIET_MS, Window, between, day_start_ms
from dashboard.verifying import differences
from simulator.app import make_app, make_world
from simulator.days import Clock as VendorClock
from simulator.player import ConnectionCutError
from tokens.models import Team

START = datetime(2026, 3, 12, 9, tzinfo=UTC)
HISTORY = 4
FIRST_DAY = START.date() - timedelta(days=HISTORY - 1)
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
}
TROUBLE = ["500", "429", "html", "cut_body", "page_drift", "duplicated_page"]
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
        self.board = app.state.simulator.board
        number = next(numbers)
        self.team = Team.objects.create(slug=f"team-{number}", name="T", sync_key="k")

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
        assert not self.sync(self.everything(stride)).error
        assert self.held() == self.expected()
        again = self.sync(self.everything(stride))
        assert again.counts.written == 0
        assert not again.error

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
        self, windows: list[Window], clock: Callable[[], datetime] | None = None
    ) -> Outcome:
        http = Http(
            "http://vendor", "k", httpx.MockTransport(self.carry), lambda _: None
        )
        lease = take(self.team, Stream.EVENTS, lambda: self.now)
        job = Job(
            self.team,
            AdminApi(http),
            clock or (lambda: self.now),
            reason=SyncRun.Reason.COMMAND,
        )
        return sync_stream(job, Stream.EVENTS, lease, windows)

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
        rows = self.vendor.get(f"/_sim/totals?{span}").json()
        return sorted(
            (
                *(row["day"], row["email"], row["model"], row["kind"]),
                *(
                    row["events"],
                    row["unpriced_events"],
                    Decimal(row["requests_costs"]),
                ),
                row["input_tokens"] + row["output_tokens"],
                row["cache_write_tokens"] + row["cache_read_tokens"],
                pytest.approx(Decimal(row["charged_cents"]), abs=Decimal("1e-5")),
            )
            for row in rows
        )

    def teardown(self) -> None:
        if hasattr(self, "team"):
            self.vendor.close()


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_any_story_ends_in_the_tables_that_the_oracle_expects() -> None:
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
