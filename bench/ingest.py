"""Usage events from fetch to committed sums, beside a bare write of the same rows.

Everything in one run on one machine, because only the ratios mean something. The
simulator serves whole days of a team of 1,000, made ready beforehand, without a rate
limit. Run it as `python -m bench.ingest` for SQLite, and as
`python -m tests.servers python -m bench.ingest` for PostgreSQL.
"""

import os
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench._vendor import KEY, vendor
from tests import environment

_folder = tempfile.TemporaryDirectory(prefix="teamgauge-bench-")
os.environ.update(environment.product(Path(_folder.name), **environment.servers()))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django  # noqa: E402 (the environment comes first)

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from bench._phases import PHASES, stopwatches  # noqa: E402
from bench._processor import cpu_seconds  # noqa: E402
from dashboard.adminapi.client import AdminApi  # noqa: E402
from dashboard.adminapi.eventrows import EventReader  # noqa: E402
from dashboard.adminapi.http import Http  # noqa: E402
from dashboard.adminapi.notes import Notes  # noqa: E402
from dashboard.models import Stream  # noqa: E402
from dashboard.sync.lease import take  # noqa: E402
from dashboard.sync.run import Job, sync_stream  # noqa: E402
from dashboard.sync.staging import FILLED, NAME, Staging  # noqa: E402
from dashboard.sync.windows import Window, between  # noqa: E402
from tokens.models import Team  # noqa: E402

DAYS = int(os.environ.get("BENCH_DAYS", "4"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000"))
LOAD = os.environ.get("BENCH_LOAD", "typical")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
Line = tuple[Any, ...]


def main() -> None:
    call_command("migrate", verbosity=0)
    with vendor(PEOPLE, DAYS, LOAD) as url:
        now = datetime.now(UTC)
        last = now.date() - timedelta(days=1)
        first = last - timedelta(days=DAYS - 1)
        days = between(first, last, 1, int(now.timestamp() * 1000))
        api = AdminApi(Http(url, KEY))
        lines = ready(api, days)
        print(
            f"{connection.vendor}, {DAYS} days of {PEOPLE} people, "
            f"{len(lines):,} events, {ROUNDS} rounds, load {load()}"
        )
        phases = dict.fromkeys(PHASES, 0.0)
        rounds = [measure(number, api, days, lines, phases) for number in range(ROUNDS)]
        api.close()
    report(rounds, len(lines), phases)


class Spent(NamedTuple):
    """Seconds by the clock, and of processor time (ours and the database's)."""

    clock: float
    cpu: float


@dataclass(frozen=True)
class Round:
    """The same rows by each way, one after the other: whatever else the machine does
    meets all of them."""

    fetch: Spent
    whole: Spent
    again: Spent
    bare: Spent


def measure(
    number: int,
    api: AdminApi,
    days: list[Window],
    lines: list[Line],
    phases: dict[str, float],
) -> Round:
    """Each round has a team of its own, so that each is the first time."""
    team = Team.objects.create(
        slug=f"bench-{number}", name="Bench", admin_api_url="http://vendor"
    )
    fetch = timed(lambda: fetched(api, days))
    with stopwatches(phases):
        whole = timed(lambda: synced(team, api, days))
    return Round(
        fetch=fetch,
        whole=whole,
        again=timed(lambda: synced(team, api, days)),
        bare=bare_write(lines),
    )


def timed(work: Callable[[], object]) -> Spent:
    begin, cpu = time.perf_counter(), cpu_seconds()
    work()
    return Spent(time.perf_counter() - begin, cpu_seconds() - cpu)


def fetched(api: AdminApi, days: list[Window]) -> None:
    """Requests and pages, nothing read."""
    for day in days:
        deque(api.events(day.start_ms, day.end_ms).pages(), maxlen=0)


def synced(team: Team, api: AdminApi, days: list[Window]) -> None:
    outcome = sync_stream(
        Job(team, api), Stream.EVENTS, take(team, Stream.EVENTS), days
    )
    assert not outcome.error, outcome.error


def ready(api: AdminApi, days: list[Window]) -> list[Line]:
    """The rows as the database takes them, so that the bare write is only a write."""
    staging, reader = Staging().start(), EventReader(Notes())
    for day in days:
        for page in api.events(day.start_ms, day.end_ms).pages():
            staging.add(row for row in reader.read(page.raw) if row is not None)
    staging.flush()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(FILLED)} FROM {NAME} ORDER BY seq")
        return list(cursor.fetchall())


def bare_write(lines: list[Line]) -> Spent:
    Staging().start()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(f"CREATE TABLE bare AS SELECT * FROM {NAME} WHERE 1 = 0")
    return timed(lambda: written(lines))


def written(lines: list[Line]) -> None:
    columns = ", ".join(FILLED)
    with connection.cursor() as cursor, transaction.atomic():
        if connection.vendor == "sqlite":
            marks = ", ".join("?" * len(FILLED))
            cursor.cursor.connection.cursor().executemany(
                f"INSERT INTO bare ({columns}) VALUES ({marks})", lines
            )
        else:
            with cursor.copy(f"COPY bare ({columns}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)


def report(rounds: list[Round], rows: int, phases: dict[str, float]) -> None:
    bare = "executemany" if connection.vendor == "sqlite" else "COPY"
    tell("fetch alone", [one.fetch for one in rounds], rows)
    tell("fetch, stage, replace, sum", [one.whole for one in rounds], rows)
    tell("the same again, unchanged", [one.again for one in rounds], rows)
    tell(f"bare {bare}", [one.bare for one in rounds], rows)
    paces = [one.bare.clock / one.whole.clock for one in rounds]
    by_cpu = median(one.bare.cpu / one.whole.cpu for one in rounds)
    print(f"  pace of the bare write: {shares(paces)}, {by_cpu:.1%} by processor time")
    again = [one.again.clock / one.whole.clock for one in rounds]
    print(f"  again / first time:     {shares(again)}")
    whole = sum(one.whole.clock for one in rounds)
    parts = ", ".join(f"{name} {spent / whole:.0%}" for name, spent in phases.items())
    print(f"  of the time: {parts}; load at the end {load()}")


def tell(name: str, spent: list[Spent], rows: int) -> None:
    """The round in the middle."""
    clock, cpu = median(one.clock for one in spent), median(one.cpu for one in spent)
    print(
        f"  {name:<28} {clock:6.2f} s {rows / clock:>9,.0f}/s"
        f" {cpu / rows * 1e6:6.1f} µs of processor each"
    )


def shares(parts: list[float]) -> str:
    return f"{median(parts):.1%} (from {min(parts):.1%} to {max(parts):.1%})"


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
