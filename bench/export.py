"""A million events as CSV from the real web role: its memory and its pace.

    python -m bench.export                              # SQLite
    python -m tests.servers python -m bench.export      # PostgreSQL

`BENCH_EVENTS` (default 1,000,000) events are made first, which takes a few minutes.
"""

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bench._product import fill, signed_in
from tests.live import Product, product

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
DAYS = 90


def main() -> None:
    with product("web") as live:
        fill(live, EVENTS, DAYS)
        with signed_in(live) as client:
            before = memory(live)
            begin = time.perf_counter()
            with watching(live) as seen:
                first, rows, size_mb = taken(client)
            seconds = time.perf_counter() - begin
    assert rows == EVENTS + 1, rows
    print(f"{rows - 1:,} events, {size_mb:.0f} MB in {seconds:.1f} s")
    print(f"first bytes after {first * 1000:.0f} ms, {rows / seconds:,.0f} rows/s")
    print(f"memory of the web role: {before:.0f} MB before, {max(seen):.0f} MB at most")


def taken(client: httpx.Client) -> tuple[float, int, float]:
    """Seconds to the first bytes, lines, megabytes."""
    begin, first, lines, size = time.perf_counter(), 0.0, 0, 0
    with client.stream("GET", "/dashboard/events.csv?period=90d") as answer:
        answer.raise_for_status()
        for chunk in answer.iter_raw():
            first = first or time.perf_counter() - begin
            lines += chunk.count(b"\n")
            size += len(chunk)
    return first, lines, size / 1e6


@contextmanager
def watching(live: Product) -> Iterator[list[float]]:
    seen, done = [memory(live)], threading.Event()

    def look() -> None:
        while not done.wait(0.2):
            seen.append(memory(live))

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    done.set()
    thread.join()


def memory(live: Product) -> float:
    """Megabytes that the largest process of the web role holds in memory."""
    return max(_resident(pid) for pid in _family(live.processes["web"].pid))


def _family(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
    children = [int(child) for child in found.stdout.split()]
    return [pid, *(one for child in children for one in _family(child))]


def _resident(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        kilobytes = re.search(r"VmRSS:\s+(\d+)", status.read())
    return int(kilobytes[1]) / 1024 if kilobytes else 0.0


if __name__ == "__main__":
    main()
