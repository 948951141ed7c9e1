"""An export, from a browser to the tables by a worker; and a worker that is killed."""

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.live import Product, product

pytestmark = pytest.mark.timeout(240)
HEADER = "Date,User,Kind,Model,Max Mode,Input (w/o Cache Write),Output Tokens,Cost\n"
FIRST, DAYS, A_DAY = date(2026, 8, 1), 40, 1500
CENTS = Decimal(DAYS * A_DAY) / 4
STATE = (
    "from dashboard.models import *; one = UsageImport.objects.get(); "
    "print(one.state, one.days_done, one.inserted, UsageEvent.objects.count(), "
    "ImportedDay.objects.count())"
)


@pytest.fixture
def working() -> Iterator[Product]:
    with product("web", "worker") as running:
        yield running


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "usage.csv"
    with path.open("w") as file:
        file.write(HEADER)
        for number in range(DAYS):
            file.writelines(rows(FIRST + timedelta(days=number)))
    return path


def rows(day: date) -> Iterator[str]:
    for number in range(A_DAY):
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        at += timedelta(seconds=number * 50)
        user = f"person{number % 20}@example.com"
        yield f"{at.isoformat()},{user},Included,gpt-5,No,10,{number},0.0025\n"


def hand_in(page: Page, running: Product, export: Path) -> None:
    page.goto(running.url + "/dashboard/import/")
    page.get_by_label("E-mail").fill(running.admin_email)
    page.get_by_label("Password").fill(running.admin_password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Usage export").set_input_files(export)
    page.get_by_role("button", name="Look what is in it").click()
    expect(page.get_by_text("Nothing has been written yet")).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_text(f"would add: {DAYS * A_DAY:,}")).to_be_visible()


def report(running: Product) -> list[dict[str, Any]]:
    last = FIRST + timedelta(days=DAYS)
    found: list[dict[str, Any]] = json.loads(
        running.manage(
            *("usage_report", "--by", "day", "--format", "json"),
            *("--start", str(FIRST), "--end", str(last)),
        )
    )
    return found


def all_is_in(running: Product) -> None:
    found = report(running)
    assert [row["events"] for row in found] == [A_DAY] * DAYS
    assert sum(Decimal(row["charged_cents"]) for row in found) == CENTS
    running.manage("verify_sums")


def test_an_export_is_looked_at_and_imported(
    working: Product, page: Page, export: Path
) -> None:
    hand_in(page, working, export)
    assert report(working) == []
    page.get_by_role("button", name="Import", exact=True).click()
    done = page.get_by_text(f"Rows added: {DAYS * A_DAY:,}")
    expect(done).to_be_visible(timeout=120_000)
    all_is_in(working)
    assert list((working.data_dir / "uploads").iterdir()) == []
    page.goto(working.url + "/dashboard/sync/")
    expect(page.get_by_text("Imported in part", exact=True)).to_be_visible()


def test_a_killed_import_leaves_whole_days_and_goes_on(
    working: Product, page: Page, export: Path
) -> None:
    hand_in(page, working, export)
    page.get_by_role("button", name="Import", exact=True).click()

    working.wait(lambda: days_done(working) > 2, "the first days", "worker")
    working.stop("worker", signal.SIGKILL)
    looked = working.manage("shell", "--no-imports", "-c", STATE).split()
    done, inserted, events, days = map(int, looked[1:])
    assert looked[0] == "importing"
    assert 0 < done < DAYS, "the kill came too late to prove anything"
    assert (inserted, events, days) == (done * A_DAY, done * A_DAY, done)
    assert [row["events"] for row in report(working)] == [A_DAY] * done
    working.manage("verify_sums")
    pass_time(working)
    expect(page.get_by_text("The worker ended in the middle of it")).to_be_visible()
    expect(page.get_by_text(f"{done} of {DAYS} days are in")).to_be_visible()
    working.start("worker")
    page.get_by_role("button", name="Go on now").click()
    done_at_last = page.get_by_text(f"Rows added: {DAYS * A_DAY:,}")
    expect(done_at_last).to_be_visible(timeout=120_000)
    all_is_in(working)


def days_done(running: Product) -> int:
    """Without the seconds that a command takes to start: the import goes on."""
    query, url = (
        "SELECT days_done FROM dashboard_usageimport",
        running.env["DATABASE_URL"],
    )
    if url:
        with psycopg.connect(url) as server:
            row = server.execute(query).fetchone()
    else:
        with closing(sqlite3.connect(running.data_dir / "db.sqlite3")) as file:
            row = file.execute(query).fetchone()
    return int(row[0]) if row else 0


def pass_time(running: Product) -> None:
    """As if the dead worker's leases had run out."""
    code = (
        "from dashboard.models import *; past = '2020-01-01T00:00:00Z'; "
        "UsageImport.objects.update(leased_until=past); "
        "SyncState.objects.update(leased_until=None)"
    )
    running.manage("shell", "--no-imports", "-c", code)
