"""The hourly sync of a team of 1,000, beside the time that the vendor's limits ask for.

The vendor's minimum: the requests of the family that takes longest, at its documented
rate. Our own time: everything but waiting for answers. The first line is a first sync,
with the week before. `python -m bench.hourly`, or after `python -m tests.servers`.
"""

import os
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from bench._vendor import KEY, vendor
from tests import environment
from tests.vendor import Vendor

_folder = tempfile.TemporaryDirectory(prefix="teamgauge-bench-")
os.environ.update(environment.product(Path(_folder.name), **environment.servers()))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django  # noqa: E402 (the environment comes first)

django.setup()

import httpx  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from bench._processor import cpu_seconds  # noqa: E402
from dashboard.adminapi.client import AdminApi  # noqa: E402
from dashboard.adminapi.http import Http  # noqa: E402
from dashboard.adminapi.pace import Family, family_of  # noqa: E402
from dashboard.sync.fetch import FETCH  # noqa: E402
from dashboard.sync.lease import take  # noqa: E402
from dashboard.sync.run import Job, sync_stream  # noqa: E402
from tokens.models import Team  # noqa: E402

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000"))
LOAD = os.environ.get("BENCH_LOAD", "typical")
# A Wednesday in the last week, and the week before it.
DAYS = 12
# Half of the day is served by then, and each hour asks for all of it again.
NOON = time_of_day(12, tzinfo=UTC)


@dataclass
class Counting:
    """A pacer that holds nothing back and counts the requests of each endpoint."""

    asked: Counter[str] = field(default_factory=Counter)

    def acquire(self, path: str) -> float:
        self.asked[path.partition("?")[0]] += 1
        return 0.0

    def throttled(self, path: str, retry_after: float | None) -> float:
        raise SystemExit(f"{path} was throttled.")

    def least(self) -> float:
        """Seconds that the vendor's limits ask for, families side by side."""
        families = Counter[Family]()
        for path, times in self.asked.items():
            families[family_of(path)] += times
        return max(times / family.rate * 60 for family, times in families.items())


class Watched(httpx.HTTPTransport):
    """Knows how long it waited for answers."""

    waited = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        begin = time.perf_counter()
        try:
            answer = super().handle_request(request)
            answer.read()
            return answer
        finally:
            self.waited += time.perf_counter() - begin


def main() -> None:
    call_command("migrate", verbosity=0)
    now = datetime.combine(last_wednesday(), NOON)
    with vendor(PEOPLE, DAYS, LOAD) as url:
        team = Team.objects.create(
            slug="bench", name="Bench", admin_api_url=url, sync_key=KEY
        )
        print(f"{connection.vendor}, {PEOPLE} people, load {load()}")
        for hour in range(3):
            hourly(team, url, now + timedelta(hours=hour))


def last_wednesday() -> date:
    day = datetime.now(UTC).date() - timedelta(days=1)
    return day - timedelta(days=(day.weekday() - 2) % 7)


def hourly(team: Team, url: str, now: datetime) -> None:
    """Every stream once, as the sweep asks for it."""
    Vendor(url).set_clock(now)
    pace, transport, rows = Counting(), Watched(), 0
    with closing(AdminApi(Http(url, KEY, transport, pace=pace))) as api:
        begin, cpu = time.perf_counter(), cpu_seconds()
        for stream in FETCH:
            lease = take(team, stream, lambda: now)
            outcome = sync_stream(Job(team, api, clock=lambda: now), stream, lease)
            assert not outcome.error, outcome.error
            rows += outcome.counts.read
        own = time.perf_counter() - begin - transport.waited
        cpu = cpu_seconds() - cpu
    least, asked = pace.least(), sum(pace.asked.values())
    print(
        f"  {now:%H:%M}: {rows:>7,} rows, {asked:>3} requests, at the vendor's rates "
        f"{least:.0f} s; our own time {own:.2f} s, {own / least:.1%}; "
        f"processor {cpu:.2f} s, {cpu / least:.1%}"
    )


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
