"""Fetch the events of a window into staging, and hand back what writes them.

A walk that cannot be trusted is walked again. Pages that are byte for byte those of
the last time are not read at all: an unchanged day costs its requests and no more.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from dashboard.adminapi.errors import PagesMoved, Unreadable
from dashboard.adminapi.notes import Notes, an_object
from dashboard.adminapi.records import UsageEventRecord
from dashboard.adminapi.walk import Page, Walk, same_pages
from dashboard.models import Stream
from dashboard.sync import coverage, journal
from dashboard.sync.counts import Counts
from dashboard.sync.replacing import replace_staged, total_cost
from dashboard.sync.staging import Staging
from dashboard.sync.steps import Step, Writer
from dashboard.sync.windows import Window

WALKS = 3
IN_MEMORY = 8 * 1024 * 1024


def fetch_events(step: Step) -> Writer:
    """Raises PagesMoved when no walk could be trusted: a shorter window may do."""
    known = coverage.page_hashes(step.team, Stream.EVENTS, step.window)
    staging, last = Staging().start(), 0
    for _ in range(WALKS):
        walk = step.api.events(step.window.start_ms, step.window.end_ms)
        notes = Notes()
        try:
            changed = _stage(step, walk, staging, notes, known)
        except PagesMoved:
            continue
        if not changed:
            return lambda now: _same_as_before(step, walk, now)
        if staging.signature == last or not staging.repeats_across_pages(walk.size):
            return lambda now: _replace(step, walk, staging, notes, now)
        last = staging.signature
    raise PagesMoved("The events kept moving between pages while they were read.")


def _stage(
    step: Step, walk: Walk, staging: Staging, notes: Notes, known: bytes
) -> bool:
    """False when every page is one of the last time's, in the same place."""
    staging.clear()
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as waiting:
        as_before = bool(known)
        for page in walk.pages():
            step.alive()
            as_before = as_before and known.startswith(b"".join(walk.digests))
            if as_before:
                _put(waiting, page)
                continue
            for earlier in _taken(waiting):
                _read(step.window, earlier, staging, notes)
            _read(step.window, page, staging, notes)
        if as_before and same_pages(walk.digests, known):
            return False
        for earlier in _taken(waiting):
            _read(step.window, earlier, staging, notes)
    staging.ready()
    return True


def _put(waiting: "IO[bytes]", page: Page) -> None:
    waiting.write(len(page.raw).to_bytes(8, "big") + page.raw)


def _taken(waiting: "IO[bytes]") -> Iterator[Page]:
    """The pages that were put aside, once."""
    waiting.seek(0)
    while head := waiting.read(8):
        yield Page(waiting.read(int.from_bytes(head, "big")), b"")
    waiting.seek(0)
    waiting.truncate()


def _read(window: Window, page: Page, staging: Staging, notes: Notes) -> None:
    rows = page.rows()
    notes.saw(rows)
    staging.add(_records(window, rows, staging, notes))


def _records(
    window: Window, rows: list[Any], staging: Staging, notes: Notes
) -> Iterator[UsageEventRecord]:
    """Rows that cannot be read are kept as they came; the others are not held up.

    A row from outside the window belongs to the window that holds its time: taken in
    here, it would meet its stored self unseen.
    """
    for row in rows:
        try:
            record = UsageEventRecord.read(an_object(row))
        except Unreadable as reason:
            staging.skip()
            notes.refused(row, str(reason))
            continue
        if window.start_ms <= record.timestamp_ms <= window.end_ms:
            yield record
        else:
            staging.skip()


def _replace(
    step: Step, walk: Walk, staging: Staging, notes: Notes, now: datetime
) -> Counts:
    counts = replace_staged(step.team, step.window, now).counts
    journal.save(step.team, Stream.EVENTS, notes, now)
    coverage.note_done(
        step.team,
        Stream.EVENTS,
        step.window,
        now,
        rows=walk.seen,
        announced=walk.announced,
        charged_cents=total_cost(),
        quarantined=len(notes.bad),
        page_hashes=b"".join(walk.digests),
    )
    staging.drop()
    return counts.with_quarantined(len(notes.bad))


def _same_as_before(step: Step, walk: Walk, now: datetime) -> Counts:
    coverage.note_unchanged(step.team, Stream.EVENTS, step.window, now)
    return Counts(read=walk.seen, unchanged=walk.seen)
