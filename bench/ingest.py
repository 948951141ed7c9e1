"""Usage events from fetch to committed sums, beside a bare write of the same rows.

Everything in one run on one machine, because only the ratios mean something. The
simulator serves whole days of a team of 1,000, made ready beforehand, without a rate
limit. Run it as `python -m bench.ingest` for SQLite, and as
`python -m tests.servers python -m bench.ingest` for PostgreSQL.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import environment
from tests.servers import free_port

_folder = tempfile.TemporaryDirectory(prefix="teamgauge-bench-")
os.environ.update(environment.product(Path(_folder.name), **environment.servers()))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django  # noqa: E402 (the environment comes first)

django.setup()

import httpx  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from dashboard.adminapi.client import AdminApi  # noqa: E402
from dashboard.adminapi.http import Http  # noqa: E402
from dashboard.adminapi.records import UsageEventRecord  # noqa: E402
from dashboard.models import Stream, UsageEvent  # noqa: E402
from dashboard.sync.lease import take  # noqa: E402
from dashboard.sync.run import Job, Outcome, sync_stream  # noqa: E402
from dashboard.sync.staging import COLUMNS, Staging  # noqa: E402
from dashboard.sync.windows import Window, between  # noqa: E402
from tokens.models import Team  # noqa: E402

DAYS = int(os.environ.get("BENCH_DAYS", "4"))
PEOPLE = 1000


def main() -> None:
    call_command("migrate", verbosity=0)
    with simulator() as url:
        team = Team.objects.create(
            slug="bench", name="Bench", admin_api_url=url, sync_key="bench"
        )
        now = datetime.now(UTC)
        last = now.date() - timedelta(days=1)
        first = last - timedelta(days=DAYS - 1)
        days = between(first, last, 1, int(now.timestamp() * 1000))
        api = AdminApi(Http(url, "bench"))
        print(f"{connection.vendor}, {DAYS} days of {PEOPLE} people")
        rows = timed("fetch alone", lambda: fetched(api, days))
        whole = timed("fetch, stage, replace, sum", lambda: synced(team, api, days))
        again = timed("the same again, unchanged", lambda: synced(team, api, days))
        lines = ready(api, days)
        bare = timed(bare_name(), lambda: write_bare(lines))
        api.close()
    report(rows, whole, again, bare)


@contextmanager
def simulator() -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = f"simulate --port {port} --people {PEOPLE} --days {DAYS + 1} --key bench"
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command.split()]
        + ["--load", "typical", "--prerender", str(DAYS)],
        cwd=environment.ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            if process.poll() is None and _answers(url):
                break
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_sim/health").is_success
    except httpx.HTTPError:
        return False


def timed(name: str, work: Callable[[], int]) -> tuple[str, int, float]:
    begin = time.perf_counter()
    rows = work()
    seconds = time.perf_counter() - begin
    print(f"  {name:<28} {rows:>9,} rows  {seconds:7.2f} s  {rows / seconds:>9,.0f}/s")
    return name, rows, seconds


def fetched(api: AdminApi, days: list[Window]) -> int:
    """Requests and pages, nothing read."""
    return sum(len(p.raw) and w.seen for w, p in last_pages(api, days))


def last_pages(api: AdminApi, days: list[Window]) -> Iterator[tuple[Any, Any]]:
    for day in days:
        walk, page = api.events(day.start_ms, day.end_ms), None
        for page in walk.pages():  # noqa: B007 (walking is the work)
            pass
        if page is not None:
            yield walk, page


def synced(team: Team, api: AdminApi, days: list[Window]) -> int:
    outcome: Outcome = sync_stream(
        Job(team, api), Stream.EVENTS, take(team, Stream.EVENTS), days
    )
    assert not outcome.error, outcome.error
    return outcome.counts.read


def ready(api: AdminApi, days: list[Window]) -> list[tuple[Any, ...]]:
    """The rows as the database takes them, so that the bare write is only a write."""
    staging = Staging().start()
    return [
        line
        for day in days
        for page in api.events(day.start_ms, day.end_ms).pages()
        for line in staging._lines(UsageEventRecord.read(row) for row in page.rows())
    ]


def bare_name() -> str:
    return "bare executemany" if connection.vendor == "sqlite" else "bare COPY"


def write_bare(lines: list[tuple[Any, ...]]) -> int:
    columns = ", ".join(("id", *COLUMNS))
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            f"CREATE TABLE bare AS SELECT {columns} FROM {UsageEvent._meta.db_table} "
            "WHERE 1 = 0"
        )
        if connection.vendor == "sqlite":
            marks = ", ".join("?" * (len(COLUMNS) + 1))
            cursor.cursor.connection.cursor().executemany(
                f"INSERT INTO bare ({columns}) VALUES ({marks})", lines
            )
        else:
            with cursor.copy(f"COPY bare ({columns}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
    return len(lines)


def report(*measured: tuple[str, int, float]) -> None:
    _, whole, again, bare = (rows / seconds for _, rows, seconds in measured)
    print(f"  pace of the bare write: {whole / bare:.1%}")
    print(f"  again / first time:     {measured[2][2] / measured[1][2]:.1%}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  memory at its peak:     {peak:.0f} MB (with the rows of the bare write)")


if __name__ == "__main__":
    main()
