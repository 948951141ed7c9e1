"""How complete the tables are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Value

from dashboard.models import ImportedDay, Stream, SyncWindow
from dashboard.periods import DAY
from dashboard.sync.windows import DAY_MS
from tokens.models import Team

# The vendor still changes costs for a day or two.
PROVISIONAL_DAYS = 2


@dataclass(frozen=True)
class Coverage:
    """The newest span of time of a stream that is here without a gap. `is_imported`:
    its end comes from an export, which promises nothing of what came later that day."""

    since: datetime
    until: datetime
    is_imported: bool = False

    @property
    def complete_until(self) -> datetime | None:
        """None where only an export says up to when."""
        return None if self.is_imported else self.until

    def holds(self, day: date) -> bool:
        """Whether at least a part of the day is inside."""
        return self.since.date() <= day <= self.until.date()


@dataclass(frozen=True)
class _Span:
    """Milliseconds, both inclusive. Exports know their outer days in part, so theirs
    are joined by whole days."""

    start_ms: int
    end_ms: int
    is_imported: bool

    def reaches(self, start_ms: int) -> bool:
        if self.is_imported:
            return self.end_ms // DAY_MS >= start_ms // DAY_MS - 1
        return self.end_ms >= start_ms - 1


def coverage(team: Team, stream: Stream = Stream.EVENTS) -> Coverage | None:
    newest_first = _spans(team, stream)
    newest = next(newest_first, None)
    if newest is None:
        return None
    start_ms = newest.start_ms
    for span in newest_first:
        if not span.reaches(start_ms):
            break
        start_ms = min(start_ms, span.start_ms)
    until = _instant(newest.end_ms + 1)
    return Coverage(_instant(start_ms), until, newest.is_imported)


def _spans(team: Team, stream: Stream) -> Iterator[_Span]:
    """One query for what was fetched and what was imported, the newest end first. Files
    hold events only."""
    fetched = SyncWindow.objects.done().filter(team=team, stream=stream)
    imported = ImportedDay.objects.filter(team=team)
    if stream is not Stream.EVENTS:
        imported = imported.none()
    fetched_ends = fetched.order_by().values_list("start_ms", "end_ms", Value(False))
    imported_ends = imported.order_by().values_list("start_ms", "end_ms", Value(True))
    both = fetched_ends.union(imported_ends, all=True).order_by("-end_ms")
    return (_Span(start, end, bool(is_imported)) for start, end, is_imported in both)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def provisional_from(today: date) -> date:
    """The first of the last UTC days whose numbers may still change."""
    return today - DAY * (PROVISIONAL_DAYS - 1)
