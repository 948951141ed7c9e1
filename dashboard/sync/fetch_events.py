"""Fetch the events of a window into staging, and hand back what writes them.

A walk that cannot be trusted is walked again. Pages that are byte for byte those of
the last time are not read at all: an unchanged day costs its requests and no more.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import IO

from dashboard.adminapi.errors import PagesMoved
from dashboard.adminapi.eventrows import EventReader
from dashboard.adminapi.notes import Notes
from dashboard.adminapi.records import UsageEventRecord
from dashboard.adminapi.walk import Walk, same_pages
from dashboard.models import Stream
from dashboard.sync import coverage, journal
from dashboard.sync.counts import Counts
from dashboard.sync.replacing import replace_staged, total_cost
from dashboard.sync.staging import Staging
from dashboard.sync.steps import Step, Writer, refuse_unreadable
from dashboard.sync.windows import Window

WALKS = 3
IN_MEMORY = 8 * 1024 * 1024


def fetch_events(step: Step) -> Writer:
    """Raises PagesMoved when no walk could be trusted: a shorter window may do; and
    NoneReadable when rows came of which not one can be read."""
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
        refuse_unreadable(step, Stream.EVENTS, notes)
        if staging.signature == last or not staging.repeats_across_pages(walk.size):
            return lambda now: _replace(step, walk, staging, notes, now)
        last = staging.signature
    raise PagesMoved("The events kept moving between pages while they were read.")


def _stage(
    step: Step, walk: Walk, staging: Staging, notes: Notes, known: bytes
) -> bool:
    """False when every page is one of the last time's, in the same place."""
    staging.clear()
    reader = EventReader(notes)
    for raw in _pages(step, walk, known):
        staging.add(_in_window(step.window, reader.read(raw), staging))
    staging.flush()
    return not (known and same_pages(walk.digests, known))


def _pages(step: Step, walk: Walk, known: bytes) -> Iterator[bytes]:
    """The JSON lists of rows in their order; none when all are those of last time."""
    as_before = bool(known)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as waiting:
        for page in walk.pages():
            step.alive()
            as_before = as_before and known.startswith(b"".join(walk.digests))
            if as_before:
                waiting.write(len(page.raw).to_bytes(8, "big") + page.raw)
                continue
            yield from _taken(waiting)
            yield page.raw
        if not (as_before and same_pages(walk.digests, known)):
            yield from _taken(waiting)


def _taken(waiting: "IO[bytes]") -> Iterator[bytes]:
    """The pages that were put aside, once."""
    waiting.seek(0)
    while head := waiting.read(8):
        yield waiting.read(int.from_bytes(head, "big"))
    waiting.seek(0)
    waiting.truncate()


def _in_window(
    window: Window, rows: Sequence[UsageEventRecord | None], staging: Staging
) -> Iterator[UsageEventRecord]:
    """A row that could not be read holds up no other.

    A row from outside the window belongs to the window that holds its time: taken in
    here, it would meet its stored self unseen.
    """
    for row in rows:
        if row is not None and window.start_ms <= row.timestamp_ms <= window.end_ms:
            yield row
        else:
            staging.skip()


def _replace(
    step: Step, walk: Walk, staging: Staging, notes: Notes, now: datetime
) -> Counts:
    done = replace_staged(step.team, step.window, now, notes)
    journal.save(step.team, Stream.EVENTS, notes, step.window, now)
    coverage.note_done(
        step.team,
        Stream.EVENTS,
        step.window,
        now,
        rows=walk.seen,
        announced=walk.announced,
        charged_cents=total_cost(),
        quarantined=notes.unreadable,
        page_hashes=b"".join(walk.digests),
    )
    staging.drop()
    return replace(done.counts, spared=done.spared).with_quarantined(notes.unreadable)


def _same_as_before(step: Step, walk: Walk, now: datetime) -> Counts:
    coverage.note_unchanged(step.team, Stream.EVENTS, step.window, now)
    return Counts(read=walk.seen, unchanged=walk.seen)
