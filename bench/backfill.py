"""A backfill of 2.7 million events by the real worker: time, memory, and every sum.

The worker and beat run with the Procfile's commands and find out by themselves what is
missing. `python -m bench.backfill` for SQLite and the queue of files,
`python -m tests.servers python -m bench.backfill` for PostgreSQL and Redis.
"""

import json
import os
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from bench._vendor import KEY, vendor
from tests.live import Product, product
from tests.vendor import Vendor

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000"))
DAYS = int(os.environ.get("BENCH_BACKFILL_DAYS", "90"))
LOAD = os.environ.get("BENCH_LOAD", "typical")
PATIENCE = 1800  # seconds
MOST_MEGABYTES = 200
BY = ("day", "email", "model", "kind")
Total = tuple[int, Decimal]


def main() -> int:
    with vendor(PEOPLE, DAYS, LOAD) as url:
        # A sync reads up to a minute before now; nothing new comes while it runs.
        Vendor(url).set_clock(datetime.now(UTC) - timedelta(minutes=2))
        with product(CURSOR_ADMIN_API_KEY=KEY, CURSOR_ADMIN_API_URL=url) as running:
            database = "PostgreSQL" if running.env["DATABASE_URL"] else "SQLite"
            print(f"{database}, {DAYS} days of {PEOPLE} people, load {load()}")
            seconds, peaks = backfill(running)
            return report(seconds, peaks, held(running), served(url))


def backfill(running: Product) -> tuple[float, dict[int, float]]:
    """Seconds until nothing is missing; megabytes by process of the worker."""
    begin, peaks = time.monotonic(), defaultdict[int, float](float)
    running.start("worker")
    running.start("beat")
    while not is_complete(running):
        if time.monotonic() - begin > PATIENCE:
            raise SystemExit("The backfill did not come to an end.")
        time.sleep(5)
        peaks |= memory(running.processes["worker"].pid)
    return time.monotonic() - begin, peaks


def is_complete(running: Product) -> bool:
    states = "SyncState.objects"
    missing = f"{states}.filter(succeeded_at=None).count()"
    backwards = f"{states}.exclude(backfill_at=None).count()"
    code = (
        "from dashboard.models import SyncState;"
        f"print({states}.count() > 4, {missing}, {backwards})"
    )
    return running.manage("shell", "--no-imports", "-c", code).strip() == "True 0 0"


def memory(group: int) -> dict[int, float]:
    """The highest resident size so far of each process of a group, in megabytes."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        pid = int(status.parent.name)
        try:
            if os.getpgid(pid) == group:
                fields = dict(
                    line.split(":", 1) for line in status.read_text().splitlines()
                )
                found[pid] = int(fields["VmHWM"].split()[0]) / 1024
        except (ProcessLookupError, FileNotFoundError):
            continue
    return found


def held(running: Product) -> dict[tuple[str, ...], Total]:
    rows = running.manage(
        *("usage_report", "--by", "day,member,model,kind", "--format", "json"),
        *("--start", str(first_day()), "--end", str(datetime.now(UTC).date())),
    )
    return totals(json.loads(rows))


def served(url: str) -> dict[tuple[str, ...], Total]:
    span = {"start": str(first_day()), "end": str(datetime.now(UTC).date())}
    answer = httpx.get(f"{url}/_sim/totals", params=span, timeout=PATIENCE)
    return totals(answer.raise_for_status().json())


def first_day() -> Any:
    return datetime.now(UTC).date() - timedelta(days=DAYS + 10)


def totals(rows: list[dict[str, Any]]) -> dict[tuple[str, ...], Total]:
    """Events and cents."""
    return {
        tuple(row[name] for name in BY): (row["events"], Decimal(row["charged_cents"]))
        for row in rows
    }


def same(ours: Total | None, theirs: Total | None) -> bool:
    """A column keeps eight decimals of each event."""
    if ours is None or theirs is None:
        return False
    return ours[0] == theirs[0] and abs(ours[1] - theirs[1]) < Decimal("0.0001")


def report(
    seconds: float,
    peaks: dict[int, float],
    ours: dict[tuple[str, ...], Total],
    theirs: dict[tuple[str, ...], Total],
) -> int:
    events = sum(count for count, _ in ours.values())
    print(f"  {events:,} events in {seconds:.0f} s, {events / seconds:,.0f}/s")
    print(f"  memory of the worker's processes at their peak: {megabytes(peaks)}")
    wrong = sum(not same(ours.get(k), theirs.get(k)) for k in ours | theirs)
    print(
        f"  sums by {', '.join(BY)}: {len(ours):,}, different from the vendor's: "
        f"{wrong}; load at the end {load()}"
    )
    return int(bool(wrong) or max(peaks.values()) > MOST_MEGABYTES)


def megabytes(peaks: dict[int, float]) -> str:
    return ", ".join(f"{peak:.0f} MB" for _, peak in sorted(peaks.items()))


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
