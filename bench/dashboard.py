"""Every page and every chart's JSON over 365 days, without and with the cache.

    python -m tests.servers python -m bench.dashboard          # makes its own data
    TEST_DATABASE_URL=postgres://… python -m bench.dashboard   # takes what is there

`BENCH_EVENTS` (default 1,000,000) events of 1,000 people are made where a database has
none. Whole requests through all of Django, in one process, without a network: median
and 95th percentile in milliseconds, cold (the cache emptied before each) and warm, and
how often the database was asked.
"""

import gc
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

from tests import environment

_folder = tempfile.TemporaryDirectory(prefix="teamgauge-bench-")
os.environ.update(environment.product(Path(_folder.name), **environment.servers()))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django  # noqa: E402 (the environment comes first)

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from dashboard.charts import CHARTS  # noqa: E402
from dashboard.models import (  # noqa: E402
    LocalGroup,
    LocalGroupMember,
    MonthPerson,
    UsageEvent,
)
from tests.routes import Kind, Route, of_kind  # noqa: E402
from tokens.models import Team, User  # noqa: E402

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
TIMES = int(os.environ.get("BENCH_TIMES", "30"))
PERIOD = "period=year"


@dataclass(frozen=True)
class Timed:
    """Milliseconds; `queries` of one request."""

    median: float
    p95: float
    queries: int


def main() -> None:
    prepare()
    client = Client(headers={"host": "localhost"})
    email = "bench@localhost"
    user = User.objects.filter(email=email).first()
    client.force_login(user or User.objects.create_superuser(email))
    # As the web role does when it has started (proxy/lifespan.py).
    client.get("/dashboard/")
    gc.collect()
    gc.freeze()
    print(f"{connection.vendor}, {TIMES} times each, milliseconds")
    print(f"{'':<28}{'— cold —':>16}{'queries':>9}{'— warm —':>16}{'queries':>9}")
    for route in of_kind(Kind.PAGE, Kind.PART):
        if not (route.is_open or route.has_door):
            report(client, route.name, address(route))
    print()
    for slug in CHARTS:
        report(client, slug, f"/dashboard/chart/{slug}.json?{PERIOD}")


def prepare() -> None:
    """In a database that has events already, nothing is changed but a user. Pages name
    their files without a manifest: nobody collected them here."""
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    if "dashboard_usageevent" not in connection.introspection.table_names():
        call_command("migrate", verbosity=0)
    if not UsageEvent.objects.exists():
        Team.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
        size = ("--people", "1000", "--days", "365", "--events", str(EVENTS))
        call_command("demo_data", *size)


def address(route: Route) -> str:
    """A page of one person is that of whoever spent most in a month; one of a group, or
    of somebody's time in it, that of the first there is."""
    url = f"{route.url}?{PERIOD}"
    if not route.arguments:
        return url
    if route.name == "group-time":
        return _with(url, route, LocalGroupMember.objects.values_list("pk", flat=True))
    if route.name.startswith("group"):
        return _with(url, route, LocalGroup.objects.values_list("pk", flat=True))
    people = MonthPerson.objects.exclude(email="").order_by("-charged_cents")
    return _with(url, route, people.values_list("email", flat=True))


def _with(url: str, route: Route, found: Any) -> str:
    [example] = route.arguments
    return url.replace(f"/{example}/", f"/{quote(str(found[0]))}/")


def report(client: Client, name: str, url: str) -> None:
    cold = timed(client, url, cache.clear)
    warm = timed(client, url, lambda: None)
    numbers = [
        f"{one.median:>8.1f}{one.p95:>8.1f}{one.queries:>9}" for one in (cold, warm)
    ]
    print(f"{name:<28}" + "".join(numbers), flush=True)


def timed(client: Client, url: str, before: Callable[[], object]) -> Timed:
    found = []
    for _ in range(TIMES + 1):
        before()
        begin = time.perf_counter()
        answer = client.get(url, headers={"accept-encoding": "gzip"})
        found.append((time.perf_counter() - begin) * 1000)
        assert answer.status_code == 200, (url, answer.status_code)
    before()
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    # The first fills the database's own memory.
    return Timed(median(found[1:]), quantiles(found[1:], n=20)[-1], len(asked))


if __name__ == "__main__":
    main()
