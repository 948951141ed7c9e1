from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from dashboard.models import Stream
from dashboard.sync import coverage
from dashboard.sync.lease import take
from dashboard.sync.run import Job, Outcome, sync_stream
from dashboard.sync.windows import Window
from tests.vendor import Vendor
from tokens.models import Team


@pytest.fixture
def team(vendor: Vendor, db: None) -> Team:
    return Team.objects.create(
        slug="acme", name="Acme", admin_api_url=vendor.url, sync_key=vendor.key
    )


@pytest.fixture
def api(vendor: Vendor) -> Iterator[AdminApi]:
    client = AdminApi(Http(vendor.url, vendor.key, wait=lambda seconds: None))
    yield client
    client.close()


class Clock:
    """The time that our side sees; the vendor's is set with it."""

    def __init__(self, now: datetime, vendor: Vendor) -> None:
        self.now, self.vendor = now, vendor

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        self.now = now
        self.vendor.set_clock(now)


@pytest.fixture
def clock(vendor: Vendor, now: datetime) -> Clock:
    return Clock(now, vendor)


Sync = Callable[..., Outcome]


@pytest.fixture
def sync(team: Team, api: AdminApi, clock: Clock) -> Sync:
    """Sync one stream as the command would: what is due, then what is missing."""

    def run(stream: Stream, windows: list[Window] | None = None) -> Outcome:
        job = Job(team, api, clock)
        if windows is None:
            windows = coverage.due_windows(team, stream, clock.now)
            windows += coverage.backfill_windows(team, stream, clock.now)
        return sync_stream(job, stream, take(team, stream, clock), windows)

    return run
