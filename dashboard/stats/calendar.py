"""Which days of a stream are in the tables, as a grid of weeks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dashboard.models import ImportedDay, Stream, SyncState, SyncWindow
from dashboard.periods import DAY
from dashboard.stats.freshness import provisional_from
from dashboard.sync.coverage import RHYTHMS
from dashboard.sync.windows import EMPTY_DAYS, Window, covered_days
from tokens.models import Team

WINDOWED = (Stream.EVENTS, Stream.DAILY, Stream.AUDIT, Stream.GROUPS)
WEEK = DAY * 7
FEWEST_WEEKS, MOST_WEEKS = 26, 260


class Mark(StrEnum):
    COMPLETE = "complete"
    PROVISIONAL = "provisional"
    IMPORTED = "imported"
    IMPORTED_PART = "imported-part"
    FAILED = "failed"
    MISSING = "missing"
    BEFORE = "before"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Fetched:
    """A window as it was fetched. `error` is why it could not be."""

    window: Window
    is_done: bool
    rows: int
    error: str = ""


@dataclass(frozen=True)
class Cell:
    """One day. `rows` came with all the `days` of the window that holds it."""

    day: date
    mark: Mark
    rows: int | None = None
    days: int = 1
    error: str = ""


@dataclass(frozen=True)
class Month:
    """The head over some columns; `weeks` of them."""

    first: date
    weeks: int


@dataclass(frozen=True)
class Calendar:
    """`history_from`: the vendor refuses the days before it."""

    stream: Stream
    cells: tuple[Cell, ...]
    history_from: date | None = None

    @property
    def weekdays(self) -> list[tuple[date, tuple[Cell, ...]]]:
        """Seven rows, Monday first; a column is a week."""
        return [(self.cells[n].day, self.cells[n::7]) for n in range(7)]

    @property
    def months(self) -> list[Month]:
        """A week belongs to the month of its Monday."""
        found: list[Month] = []
        for cell in self.cells[::7]:
            first = cell.day.replace(day=1)
            weeks = 1
            if found and found[-1].first == first:
                weeks += found.pop().weeks
            found.append(Month(first, weeks))
        return found

    def number(self, *marks: Mark) -> int:
        return sum(cell.mark in marks for cell in self.cells)

    @property
    def complete(self) -> int:
        return self.number(Mark.COMPLETE)

    @property
    def provisional(self) -> int:
        return self.number(Mark.PROVISIONAL)

    @property
    def imported(self) -> int:
        return self.number(Mark.IMPORTED, Mark.IMPORTED_PART)

    @property
    def missing(self) -> int:
        return self.number(Mark.MISSING)

    @property
    def failed(self) -> int:
        return self.number(Mark.FAILED)

    @property
    def oldest(self) -> date | None:
        """The first day whose data is here."""
        here = (Mark.COMPLETE, Mark.PROVISIONAL, Mark.IMPORTED, Mark.IMPORTED_PART)
        return next((cell.day for cell in self.cells if cell.mark in here), None)


def calendars(team: Team, streams: Iterable[Stream], today: date) -> list[Calendar]:
    """Streams that are not read by day have none; without a key, only those have one
    that something is known of."""
    wanted = [stream for stream in WINDOWED if stream in set(streams)]
    found: dict[str, list[Fetched]] = {stream: [] for stream in wanted}
    rows = SyncWindow.objects.filter(team=team, stream__in=wanted).order_by("start_ms")
    fields = ("stream", "start_ms", "end_ms", "status", "rows", "last_error")
    for stream, start, end, status, count, error in rows.values_list(*fields):
        is_done = status == SyncWindow.Status.DONE
        found[stream].append(Fetched(Window(start, end), is_done, count, error))
    exported = {one.day: one for one in ImportedDay.objects.filter(team=team)}
    imported = {Stream.EVENTS: exported}
    states = SyncState.objects.filter(team=team).exclude(history_from=None)
    begins = dict(states.values_list("stream", "history_from"))
    return [
        calendar(stream, found[stream], today, imported.get(stream), begins.get(stream))
        for stream in wanted
        if team.sync_key or found[stream] or imported.get(stream)
    ]


def calendar(
    stream: Stream,
    fetched: Sequence[Fetched],
    today: date,
    imported: Mapping[date, ImportedDay] | None = None,
    history_from: date | None = None,
) -> Calendar:
    imported = imported or {}
    whole, touched, failed = _by_day(fetched)
    asked_from = _floor(stream, fetched, whole, today)
    floor = min([max(asked_from, history_from or asked_from), *imported])

    def cell(day: date) -> Cell:
        if day > today:
            return Cell(day, Mark.AHEAD)
        if (one := whole.get(day) or touched.get(day)) is not None:
            settled = day in whole and day < provisional_from(today)
            mark = Mark.COMPLETE if settled else Mark.PROVISIONAL
            return Cell(day, mark, one.rows, len(one.window.days))
        error = failed[day].error if day in failed else ""
        if (file := imported.get(day)) is not None:
            mark = Mark.IMPORTED if file.is_whole else Mark.IMPORTED_PART
            return Cell(day, mark, file.rows, error=error)
        if day in failed:
            return Cell(day, Mark.FAILED, error=error)
        return Cell(day, Mark.BEFORE if day < floor else Mark.MISSING)

    cells = tuple(cell(day) for day in grid(floor, today))
    return Calendar(stream, cells, history_from)


def _floor(
    stream: Stream, fetched: Sequence[Fetched], whole: "Days", today: date
) -> date:
    """The first day that is asked for: where the vendor's history ends, else as far as
    somebody has gone back, and at least the stream's own reach."""
    oldest = sorted(whole)[:EMPTY_DAYS]
    if len(oldest) == EMPTY_DAYS and not any(whole[day].rows for day in oldest):
        return oldest[0]
    rhythm = RHYTHMS.get(stream)
    # Billing groups are read cycle by cycle, as far back as the vendor has them.
    reach = today - DAY * (rhythm.reach if rhythm else 0)
    return min([reach, *(one.window.days[0] for one in fetched)])


def grid(floor: date, today: date) -> list[date]:
    """Whole weeks, Monday to Sunday, that hold the days from `floor` to `today`."""
    monday = today - DAY * today.weekday()
    weeks = (monday - floor).days // 7 + 2
    weeks = max(FEWEST_WEEKS, min(weeks, MOST_WEEKS))
    first = monday - WEEK * (weeks - 1)
    return [first + DAY * number for number in range(weeks * 7)]


Days = dict[date, Fetched]


def _by_day(fetched: Sequence[Fetched]) -> tuple[Days, Days, Days]:
    """Days that a complete window holds whole, holds in part, and days of windows that
    could not be fetched."""
    whole: Days = {}
    touched: Days = {}
    failed: Days = {}
    for one in fetched:
        touching = dict.fromkeys(one.window.days, one)
        if one.is_done:
            whole |= dict.fromkeys(covered_days([one.window]), one)
        (touched if one.is_done else failed).update(touching)
    return whole, touched, failed
