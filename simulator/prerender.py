"""Rows of past days as the bytes that are served, for measurements.

A thousand rows cost tens of milliseconds to make and to write; cut out of a
file that is mapped into memory they cost less than one. The file has no name
and goes with the process.
"""

import itertools
import mmap
import multiprocessing
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulator import shapes
from simulator.daily import DailyUsage, Tally, tallies
from simulator.reply import encode
from simulator.spending import Used, used_by
from simulator.view import Span, View
from simulator.world import World


@dataclass(frozen=True, slots=True)
class RenderedDay:
    """Newest row first; row n is `rows[ends[n - 1] : ends[n] - 1]`."""

    number: int
    rows: bytes
    ends: "array[int]"
    times: "array[int]"
    used: dict[str, Used]
    tallies: dict[str, Tally]


class Prerendered:
    def __init__(self, view: View) -> None:
        self._view = view
        self._map: mmap.mmap | None = None
        self._days: dict[int, tuple[int, array[int]]] = {}

    def fill(self, days: Iterable[RenderedDay], daily: DailyUsage) -> None:
        """Also tells everyone who counts days what they would have counted."""
        with tempfile.TemporaryFile() as file:
            for day in days:
                self._days[day.number] = file.tell(), day.ends
                file.write(day.rows)
                self._view.world.log.remember(day.number, day.times)
                self._view.remember(day.number, len(day.times), day.used)
                daily.remember(day.number, day.tallies)
            file.flush()
            if file.tell():
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def page(
        self, start_ms: int, end_ms: int, skip: int, size: int
    ) -> tuple[int, bytes]:
        """How many rows there are, and one page of them as a JSON list."""
        total, spans = self._view.spans(start_ms, end_ms, skip, size)
        return total, b"[" + b",".join(map(self._cut, spans)) + b"]"

    def _cut(self, span: Span) -> bytes:
        if self._map is None or span.day not in self._days:
            return rows(self._view, span)[1:-1]
        offset, ends = self._days[span.day]
        first, last = len(ends) - span.newest, len(ends) - span.oldest
        begin = ends[first - 1] if first else 0
        return self._map[offset + begin : offset + ends[last - 1] - 1]


def rows(view: View, span: Span) -> bytes:
    service = view.world.cast.service.name
    lines = view.cut(span)[::-1]
    return encode([shapes.event(line.event, service) for line in lines])


def render(world: World, number: int) -> RenderedDay:
    events = world.log.day(number)
    service = world.cast.service.name
    newest_first = [encode(shapes.event(e, service)) + b"," for e in events[::-1]]
    return RenderedDay(
        number,
        b"".join(newest_first),
        array("Q", itertools.accumulate(map(len, newest_first))),
        array("q", [event.at_ms for event in events]),
        used_by(events),
        tallies(events),
    )


def render_days(world: World, days: int, processes: int) -> Iterator[RenderedDay]:
    """The last days that are over, oldest first."""
    today = world.today()
    numbers = range(max(world.first_day, today - days), today)
    if processes < 2:
        yield from (render(world, number) for number in numbers)
        return
    context = multiprocessing.get_context("fork")
    with context.Pool(processes, _begin, (world,)) as pool:
        yield from pool.imap(_render, numbers)


_worlds: list[World] = []


def _begin(world: World) -> None:
    _worlds.append(world)


def _render(number: int) -> RenderedDay:
    return render(_worlds[0], number)
