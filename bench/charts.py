"""Every chart's JSON over 365 days, without and with the cache.

    python -m tests.servers python -m bench.charts           # makes its own data
    TEST_DATABASE_URL=postgres://… python -m bench.charts    # takes what is there

`BENCH_EVENTS` (default 1,000,000) events of 1,000 people are made where a database has
none. Whole requests through all of Django, in one process, without a network.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from tests import environment

_folder = tempfile.TemporaryDirectory(prefix="teamgauge-bench-")
os.environ.update(environment.product(Path(_folder.name), **environment.servers()))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django  # noqa: E402 (the environment comes first)

django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from dashboard.charts import CHARTS  # noqa: E402
from dashboard.models import UsageEvent  # noqa: E402
from tokens.models import Team, User  # noqa: E402

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
TIMES = 30


def main() -> None:
    prepare()
    client = Client(headers={"host": "localhost"})
    email = "bench@localhost"
    user = User.objects.filter(email=email).first()
    client.force_login(user or User.objects.create_superuser(email))
    print(f"{connection.vendor}, {TIMES} times each, milliseconds")
    print(f"{'chart':<28}{'cold':>8}{'p95':>8}{'warm':>8}{'p95':>8}")
    for slug in CHARTS:
        url = f"/dashboard/chart/{slug}.json?period=year"
        cold = timed(client, url, cache.clear)
        warm = timed(client, url, lambda: None)
        print(f"{slug:<28}" + "".join(f"{ms:>8.1f}" for ms in (*cold, *warm)))


def prepare() -> None:
    """In a database that has events already, nothing is changed but a user."""
    if "dashboard_usageevent" not in connection.introspection.table_names():
        call_command("migrate", verbosity=0)
    if not UsageEvent.objects.exists():
        Team.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
        size = ("--people", "1000", "--days", "365", "--events", str(EVENTS))
        call_command("demo_data", *size)


def timed(
    client: Client, url: str, before: Callable[[], object]
) -> tuple[float, float]:
    """Median and 95th percentile."""
    found = []
    for _ in range(TIMES + 1):
        before()
        begin = time.perf_counter()
        answer = client.get(url)
        found.append((time.perf_counter() - begin) * 1000)
        assert answer.status_code == 200, answer.content
    # The first fills the database's own memory.
    return median(found[1:]), quantiles(found[1:], n=20)[-1]


if __name__ == "__main__":
    main()
