"""What a file of exported usage says of each day: which span of it, and how surely.

A file holds everything from its first to its last row, so its first and last days are
known in part. A person's own export says nothing of the others of the team.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.models import ImportedDay
from dashboard.sync.windows import ONE_DAY, Window, day_start_ms
from tokens.models import Team


@dataclass(frozen=True)
class Export:
    """A file as a whole: the days that have rows, the span from its first to its last
    row, and whether it is one person's."""

    days: Sequence[date]
    span: Window | None
    is_personal: bool

    def known(self, day: date) -> Window:
        """The part of a day that the file holds."""
        assert self.span
        start, end = day_start_ms(day), day_start_ms(day + ONE_DAY) - 1
        return Window(max(start, self.span.start_ms), min(end, self.span.end_ms))

    def up_to(self, day: date) -> Iterator[date]:
        """A day with rows, and the empty ones right before it."""
        place = self.days.index(day)
        first = self.days[place - 1] + ONE_DAY if place else day
        return (first + ONE_DAY * n for n in range((day - first).days + 1))


def joined(one: Window, other: Window) -> Window:
    """Both spans when they touch, else the longer one."""
    if one.start_ms > other.end_ms + 1 or other.start_ms > one.end_ms + 1:
        return max(one, other, key=lambda span: span.end_ms - span.start_ms)
    return Window(min(one.start_ms, other.start_ms), max(one.end_ms, other.end_ms))


def note(team: Team, export: Export, day: date, rows: int, now: datetime) -> None:
    """Call it in the transaction that merges the day."""
    days = list(export.up_to(day))
    before = {
        one.day: one for one in ImportedDay.objects.filter(team=team, day__in=days)
    }
    ImportedDay.objects.bulk_create(
        [
            _row(team, export, one, before.get(one), rows if one == day else 0, now)
            for one in days
        ],
        update_conflicts=True,
        unique_fields=["team", "day"],
        update_fields=["start_ms", "end_ms", "is_personal", "rows", "imported_at"],
    )


def _row(
    team: Team,
    export: Export,
    day: date,
    before: ImportedDay | None,
    rows: int,
    now: datetime,
) -> ImportedDay:
    """What is known of the team is not changed by what is known of a person."""
    span, is_personal = export.known(day), export.is_personal
    if before and before.is_personal == is_personal:
        span = joined(span, Window(before.start_ms, before.end_ms))
    elif before and is_personal:
        span, is_personal = Window(before.start_ms, before.end_ms), False
    return ImportedDay(
        team=team,
        day=day,
        start_ms=span.start_ms,
        end_ms=span.end_ms,
        is_personal=is_personal,
        rows=rows,
        imported_at=now,
    )
