"""The vendor's usage export, for teams whose plan has no API.

The whole file is read into a temporary table first, so a file that is wrong anywhere
changes nothing. Then each UTC day is merged in a transaction of its own; an import that
is cut off is simply made again. A repeated one writes no row.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from django.db import connection, transaction

from dashboard.models import Stream, SyncRun
from dashboard.models.cents import ONE
from dashboard.rollups import refresh_months
from dashboard.sync.counts import Counts
from dashboard.sync.lease import Clock, Lease, take, utc_now
from dashboard.sync.merging import merge_staged, plan_merge
from dashboard.sync.replacing import run
from dashboard.sync.staging import COLUMNS, NAME, Staging
from dashboard.sync.windows import ONE_DAY, Window, day_start_ms
from dashboard.usage_csv import records
from tokens.models import Team

BATCH = 2_000
FILE = "imported_event"
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Contents:
    """What is in a file. Cents; days are UTC; `people` have an e-mail."""

    rows: int
    days: int
    first_day: date | None
    last_day: date | None
    people: int
    cents: Decimal
    unpriced: int
    unattributed: int


@dataclass(frozen=True)
class Report:
    """The counts are of what was done, or in a preview of what would be."""

    contents: Contents
    counts: Counts


def nobody(done: int, total: int) -> None:
    """Nobody watches."""


def preview(team: Team, file: BinaryIO, owner: str = "") -> Report:
    """Writes nothing. Raises BadCsv; `owner` as in `usage_csv.records`."""
    with _whole_file(file, owner) as days:
        counts = Counts()
        for day in days:
            with _staged(day) as window, transaction.atomic():
                counts += plan_merge(team, window)
        return Report(_contents(days), counts)


def import_csv(
    team: Team,
    file: BinaryIO,
    owner: str = "",
    *,
    clock: Clock = utc_now,
    told: Told = nobody,
) -> Report:
    """`told(done, total)` hears of each day. Raises BadCsv with nothing written;
    LeaseTaken while the team's events are being synced, LeaseLost."""
    lease = take(team, Stream.EVENTS, clock)
    try:
        with _whole_file(file, owner, lease.renew) as days:
            counts = _merge(team, days, lease, told)
            refresh_months(team)
            return Report(_contents(days), counts)
    finally:
        lease.released()


def _merge(team: Team, days: list[date], lease: Lease, told: Told) -> Counts:
    """Each day in a transaction, with the lease proven in it."""
    report = SyncRun.objects.create(
        team=team,
        stream=Stream.EVENTS,
        reason=SyncRun.Reason.IMPORT,
        started_at=lease.clock(),
    )
    counts, error = Counts(), "The import was cut off; import the file again."
    try:
        for day in days:
            with _staged(day) as window, transaction.atomic():
                lease.renew()
                counts += merge_staged(team, window, lease.clock()).counts
            report.windows_done += 1
            told(report.windows_done, len(days))
        error = ""
    finally:
        _close(report, counts, error, lease)
    return counts


def _close(report: SyncRun, counts: Counts, error: str, lease: Lease) -> None:
    SyncRun.objects.filter(pk=report.pk).update(
        finished_at=lease.clock(),
        windows_done=report.windows_done,
        error=error,
        **asdict(counts),
    )


@contextmanager
def _whole_file(
    file: BinaryIO, owner: str, alive: Callable[[], None] = lambda: None
) -> Iterator[list[date]]:
    """The file's rows in a table, and their days. Rows are staged some at a time: one
    that cannot be read must not raise in the middle of a statement."""
    staging, rows = Staging().start(), records(file, owner)
    try:
        while batch := list(islice(rows, BATCH)):
            staging.add(batch)
            alive()
        run(f"DROP TABLE IF EXISTS {FILE}")
        run(f"ALTER TABLE {NAME} RENAME TO {FILE}")
        run(f"CREATE INDEX {FILE}_day ON {FILE} (day)")
        yield [_day(day) for (day,) in _select(f"DISTINCT day FROM {FILE} ORDER BY 1")]
    finally:
        rows.close()
        _drop(staging)


def _drop(staging: Staging) -> None:
    """What a failed transaction leaves, the end of the connection clears away."""
    if connection.is_usable() and not connection.needs_rollback:
        staging.drop()
        run(f"DROP TABLE IF EXISTS {FILE}")


@contextmanager
def _staged(day: date) -> Iterator[Window]:
    """The rows of one day, staged."""
    staging, names = Staging().start(), ", ".join(COLUMNS)
    run(
        f"INSERT INTO {NAME} (seq, {names}) SELECT seq, {names} FROM {FILE} "
        "WHERE day = %s",
        (connection.ops.adapt_datefield_value(day),),
    )
    staging.ready()
    yield Window(day_start_ms(day), day_start_ms(day + ONE_DAY) - 1)


def _contents(days: list[date]) -> Contents:
    [(rows, people, cents, unpriced, unattributed)] = _select(
        "COUNT(*), COUNT(DISTINCT NULLIF(email, '')), COALESCE(SUM(cost_cents), 0), "
        "COUNT(*) - COUNT(cost_cents), COUNT(*) - COUNT(NULLIF(email, '')) "
        f"FROM {FILE}"
    )
    scale = ONE if connection.vendor == "sqlite" else 1
    return Contents(
        rows=rows,
        days=len(days),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        people=people,
        cents=Decimal(cents) / scale,
        unpriced=unpriced,
        unattributed=unattributed,
    )


def _select(what: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what}")
        return list(cursor.fetchall())


def _day(value: object) -> date:
    """SQLite gives a date as text when it comes from a bare statement."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
