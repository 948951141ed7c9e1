"""Beat, a worker process and the simulator, with nobody's hand on them."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.live import Product, product
from tests.vendor import Vendor

DIMENSIONS = ("day", "email", "model", "kind")
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def still() -> Iterator[Product]:
    """A product without worker and beat, whose vendor's clock stands two minutes
    back: a sync reads up to a minute before now, so it will see everything."""
    with product("simulator", "web") as running:
        moment = datetime.now(UTC) - timedelta(minutes=2)
        Vendor(running.simulator_url).set_clock(moment)
        yield running


def reported(running: Product) -> list[dict[str, Any]]:
    first = datetime.now(UTC).date() - timedelta(days=120)
    return rows(
        json.loads(
            running.manage(
                "usage_report",
                *("--by", ",".join(("day", "member", "model", "kind"))),
                *("--start", str(first), "--end", str(datetime.now(UTC).date())),
                *("--format", "json"),
            )
        )
    )


def served(running: Product) -> list[dict[str, Any]]:
    today = datetime.now(UTC).date()
    given = rows(
        Vendor(running.simulator_url).totals(today - timedelta(days=120), today)
    )
    for row in given:
        # A column keeps eight decimals of each event.
        row["charged_cents"] = pytest.approx(row["charged_cents"], abs=Decimal("1e-4"))
    return given


def rows(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row in given:
        row["charged_cents"] = Decimal(row["charged_cents"])
        row["requests_costs"] = Decimal(row["requests_costs"])
    return sorted(given, key=lambda row: [row[name] for name in DIMENSIONS])


def state(running: Product, expression: str) -> str:
    """A look into the product's own tables."""
    code = f"from dashboard.models import *; print({expression})"
    return running.manage("shell", "--no-imports", "-c", code).strip()


def complete(running: Product) -> bool:
    """Every stream has been fetched, and nothing is missing further back."""
    states = "SyncState.objects"
    waiting = f"{states}.filter(succeeded_at=None).count()"
    backwards = f"{states}.exclude(backfill_at=None).count()"
    counts = state(running, f"{states}.count() > 4, {waiting}, {backwards}")
    return counts == "True 0 0"


def test_a_team_is_synced_without_a_hand_and_equals_what_the_vendor_served(
    still: Product,
) -> None:
    still.start("worker")
    still.start("beat")
    still.wait(lambda: complete(still), "the first sync", "worker", patience=150)
    report = reported(still)
    assert report == served(still)
    assert len(report) > 1000


def test_a_killed_workers_job_is_done_again_with_the_same_result(
    still: Product,
) -> None:
    vendor = Vendor(still.simulator_url)
    vendor.fault("events", "slow", times=None, ms=400)
    still.start("worker")
    still.start("beat")

    def in_the_middle() -> bool:
        done = state(still, "SyncWindow.objects.filter(stream='events').count()")
        return int(done) >= 2

    still.wait(in_the_middle, "two windows of events", "worker")
    still.stop("worker", signal.SIGKILL)
    vendor.heal()
    assert reported(still) != served(still)
    pass_time(still)
    still.start("worker")
    still.wait(lambda: complete(still), "the sync to be done again", "worker", 150)
    assert reported(still) == served(still)


def pass_time(running: Product) -> None:
    """As if the dead worker's lease had run out and its messages were lost."""
    state(
        running,
        "SyncState.objects.update(leased_until=None, due_at='2020-01-01T00:00:00Z')",
    )


def test_a_vendor_in_trouble_is_a_sentence_and_the_page_stays_open(
    still: Product,
) -> None:
    Vendor(still.simulator_url).fault("members", "502", times=None)
    still.start("worker")
    still.start("beat")

    def failed() -> bool:
        return "status 502" in state(
            still, "list(SyncState.objects.values_list('last_error', flat=True))"
        )

    still.wait(failed, "the failure to be noted", "worker", patience=90)
    assert "Traceback" not in still.log("worker").read_text()
    assert httpx.get(f"{still.url}/healthz").is_success
