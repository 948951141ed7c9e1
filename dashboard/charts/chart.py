"""What a chart is: one row of the registry."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from dashboard.charts.axis import Key, Tick, timeline
from dashboard.charts.question import Question
from dashboard.charts.shapes import Sums
from dashboard.models import Stream


class Type(StrEnum):
    """`bar` and `area` are stacked. A `heatmap` has a row per series."""

    BAR = "bar"
    AREA = "area"
    LINE = "line"
    HEATMAP = "heatmap"


class Unit(StrEnum):
    """Of the JSON. Money is cents until there."""

    USD = "usd"
    COUNT = "count"
    PERCENT = "percent"
    TOKENS = "tokens"


Names = Callable[[Question, Collection[str]], Mapping[str, str]]


def as_they_are(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    return {key: key for key in keys}


@dataclass(frozen=True)
class Chart:
    """`read` asks `stats` for rows, `shape` makes them values per series and tick, and
    `names` says what the series that are shown are called. `colours` fixes the order
    and the colours of known series; all else is ordered by size. `looks` is how known
    lines are drawn (static/js/charts.js). `gaps`: a tick without
    a value is unknown, never zero."""

    slug: str
    title: Promise | str
    type: Type
    unit: Unit
    read: Callable[[Question], Any]
    shape: Callable[[Any, Question], Sums]
    names: Names = as_they_are
    axis: Callable[[Question, Collection[Key]], Sequence[Tick]] = timeline
    colours: Mapping[str, str] = field(default_factory=dict)
    looks: Mapping[str, str] = field(default_factory=dict)
    gaps: bool = False
    stream: Stream = Stream.EVENTS

    @property
    def adds_up(self) -> bool:
        """Whether the values of a tick, and those of a series, have a sum."""
        return self.type in (Type.BAR, Type.AREA) and self.unit is not Unit.PERCENT
