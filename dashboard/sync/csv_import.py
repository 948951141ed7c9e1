"""The vendor's usage export, for teams whose plan has no API.

The whole file is read into a temporary table first, so a file that is wrong anywhere
changes nothing. Then each UTC day is merged in a transaction of its own; an import that
is cut off is simply made again. A repeated one writes no row.
"""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.db import transaction

from dashboard.models import Stream, SyncRun
from dashboard.rollups import refresh_months
from dashboard.sync import imported, runs
from dashboard.sync.counts import Counts
from dashboard.sync.export_file import Contents, contents, staged, whole_file
from dashboard.sync.imported import Export
from dashboard.sync.lease import Clock, Lease, take, utc_now
from dashboard.sync.merging import merge_staged, plan_merge
from tokens.models import Team

CUT_OFF = "The import was cut off; the days that are in are whole. Import it again."


@dataclass(frozen=True)
class Report:
    """The counts are of what was done, or in a preview of what would be."""

    contents: Contents
    counts: Counts


class Watcher:
    """Hears how far it is; what it raises ends the work, and undoes the day at hand."""

    def read(self, size: int) -> None:
        """So many bytes of the file."""

    def found(self, contents: Contents) -> None:
        """The file is right; nothing is written yet."""

    def day(self, day: date, done: int, total: int, counts: Counts) -> None:
        """The day is compared, or in an import merged: then inside its transaction."""


def preview(
    team: Team, file: BinaryIO, owner: str = "", watcher: Watcher | None = None
) -> Report:
    """Writes nothing. Raises BadCsv; `owner` as in `usage_csv.records`."""
    watcher = watcher or Watcher()
    with whole_file(file, owner, watcher.read) as export:
        found = contents(export)
        watcher.found(found)
        total = Counts()
        for done, day in enumerate(export.days, 1):
            with staged(day) as window, transaction.atomic():
                counts = plan_merge(team, window)
            watcher.day(day, done, len(export.days), counts)
            total += counts
        return Report(found, total)


def import_csv(
    team: Team,
    file: BinaryIO,
    owner: str = "",
    *,
    clock: Clock = utc_now,
    watcher: Watcher | None = None,
    after: date | None = None,
) -> Report:
    """Raises BadCsv with nothing written; LeaseTaken while the team's events are being
    synced, LeaseLost. `after`: days up to it are in already, and passed over."""
    watcher = watcher or Watcher()
    lease = take(team, Stream.EVENTS, clock, is_sync=False)

    def read(size: int) -> None:
        lease.renew()
        watcher.read(size)

    try:
        with whole_file(file, owner, read) as export:
            found = contents(export)
            watcher.found(found)
            counts = _merge(team, export, lease, watcher, after)
    finally:
        lease.free()
    refresh_months(team)
    return Report(found, counts)


def _merge(
    team: Team, export: Export, lease: Lease, watcher: Watcher, after: date | None
) -> Counts:
    """Each day in a transaction, with the lease proven in it."""
    left = [day for day in export.days if after is None or day > after]
    total, done, before = Counts(), 0, len(export.days) - len(left)
    run = runs.begin(team, Stream.EVENTS, SyncRun.Reason.IMPORT, lease.clock())
    lease.planned(len(left))
    error = CUT_OFF
    try:
        for day in left:
            with staged(day) as window, transaction.atomic():
                lease.renew()
                counts = merge_staged(team, window, lease.clock()).counts
                imported.note(team, export, day, counts.read, lease.clock())
                lease.progress()
                runs.count(run, total + counts, done + 1)
                watcher.day(day, before + done + 1, len(export.days), counts)
            total, done = total + counts, done + 1
        error = ""
    finally:
        runs.count(run, total, done, finished_at=lease.clock(), error=error)
    return total
