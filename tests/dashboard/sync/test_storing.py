"""A full disk, and a database that goes away in the middle."""

from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest
from django.db import DatabaseError, connection

from dashboard.adminapi.client import AdminApi
from dashboard.models import Stream, SyncRun, SyncState, SyncWindow, UsageEvent
from dashboard.sync import coverage, storing
from dashboard.sync.lease import take
from dashboard.sync.run import Job, sync_stream
from tests.dashboard.sync.conftest import Clock, Sync
from tests.vendor import Vendor
from tokens.models import Team

# The usual fixtures hold a transaction open, which such trouble would end.
pytestmark = pytest.mark.django_db(transaction=True)
sqlite_only = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="only SQLite can be told how long it may be"
)
postgres_only = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has no server that could end"
)


@pytest.fixture
def team(vendor: Vendor, transactional_db: None) -> Team:
    return Team.objects.create(
        slug="acme", name="Acme", admin_api_url=vendor.url, sync_key=vendor.key
    )


NO_ROOM = storing.NO_ROOM.format(then=storing.NEXT_SYNC)
AWAY = storing.AWAY.format(then=storing.NEXT_SYNC)
MANY = 1_073_741_823


def said(stream: Stream) -> str:
    return SyncState.objects.get(stream=stream).last_error


@pytest.fixture
def full_disk() -> Iterator[None]:
    """A database file that must not grow by a single page more."""
    pragma("incremental_vacuum")
    free = pragma("freelist_count")
    pragma(f"max_page_count = {pragma('page_count') - free + 4}")
    yield
    pragma(f"max_page_count = {MANY}")


def pragma(text: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {text}")
        rows = cursor.fetchall()
    return int(rows[0][0]) if rows else 0


@sqlite_only
def test_a_full_disk_says_so_and_the_next_run_repairs_it(
    sync: Sync, team: Team, request: pytest.FixtureRequest, clock: Clock
) -> None:
    windows = coverage.due_windows(team, Stream.EVENTS, clock.now)
    request.getfixturevalue("full_disk")
    outcome = sync(Stream.EVENTS, windows)
    assert outcome.error == said(Stream.EVENTS) == NO_ROOM
    assert UsageEvent.objects.count() == sum(w.rows for w in SyncWindow.objects.done())
    pragma(f"max_page_count = {MANY}")
    assert not sync(Stream.EVENTS, windows).error
    assert SyncWindow.objects.done().count() == len(windows)
    assert said(Stream.EVENTS) == ""


@postgres_only
def test_a_database_that_goes_away_in_a_transaction_says_so_and_is_repaired(
    team: Team, api: AdminApi, clock: Clock, sync: Sync
) -> None:
    windows = coverage.due_windows(team, Stream.EVENTS, clock.now)
    asked = 0

    def ends_the_connection() -> datetime:
        """Asked inside the transaction of the first window."""
        nonlocal asked
        asked += 1
        if connection.in_atomic_block and asked > 1:
            end_connections()
        return clock.now

    job = Job(team, api, ends_the_connection)
    outcome = sync_stream(job, Stream.EVENTS, take(team, Stream.EVENTS, clock), windows)
    assert outcome.error == said(Stream.EVENTS) == AWAY
    assert not UsageEvent.objects.exists()
    assert SyncRun.objects.get().error == AWAY
    assert not sync(Stream.EVENTS, windows).error
    assert UsageEvent.objects.exists()


@postgres_only
def test_a_database_that_goes_away_while_rows_are_staged_says_so_and_is_repaired(
    team: Team, api: AdminApi, clock: Clock, sync: Sync
) -> None:
    """No transaction is open then, and COPY speaks to the driver past Django."""
    windows = coverage.due_windows(team, Stream.EVENTS, clock.now)
    hooks = api._http.client.event_hooks
    api._http.client.event_hooks = {"response": [lambda answer: end_connections()]}
    outcome = sync(Stream.EVENTS, windows)
    assert outcome.error == said(Stream.EVENTS) == AWAY
    api._http.client.event_hooks = hooks
    assert not sync(Stream.EVENTS, windows).error
    assert UsageEvent.objects.exists()


def end_connections() -> None:
    settings = connection.get_connection_params()
    own = {k: v for k, v in settings.items() if k in ("host", "port", "user", "dbname")}
    with psycopg.connect(**own, password=settings.get("password")) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )


def test_a_report_is_left_once_the_database_is_back() -> None:
    tries: list[float] = []

    def write() -> None:
        if len(tries) < 2:
            raise DatabaseError("not yet")
        tries.append(0.0)

    storing.once_it_is_back(write, tries.append)
    assert tries == [0.0, 1.0, 0.0]


def test_it_does_not_wait_longer_than_a_lease_lasts() -> None:
    waited: list[float] = []

    def write() -> None:
        raise DatabaseError("gone for good")

    storing.once_it_is_back(write, waited.append)
    assert 20 < sum(waited) < 45
