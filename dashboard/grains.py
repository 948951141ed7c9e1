"""Days, weeks or months: how finely a length of time is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from dashboard.periods import DAY, Period

MOST_DAYS, MOST_DAYS_BY_WEEK = 92, 190


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @lru_cache(maxsize=4096)  # noqa: B019 (three members that live for ever)
    def first(self, day: date) -> date:
        """The Monday or the 1st that the day's week or month begins with. The first
        week of all has no Monday: there it is the calendar's first day."""
        match self:
            case Grain.WEEK:
                return day - min(DAY * day.weekday(), day - date.min)
            case Grain.MONTH:
                return day.replace(day=1)
        return day


@dataclass(frozen=True)
class Bucket:
    """The days of a week or month that a chart's period holds; one day by day."""

    first: date
    last: date


def fitting(period: Period) -> Grain:
    """As many bars as can be told apart: up to a quarter by day, to half a
    year by week, else by month."""
    if len(period) <= MOST_DAYS:
        return Grain.DAY
    return Grain.WEEK if len(period) <= MOST_DAYS_BY_WEEK else Grain.MONTH


def buckets(days: Sequence[date], grain: Grain) -> tuple[Bucket, ...]:
    """Consecutive days in the order of time, put together."""
    found: list[Bucket] = []
    for day in days:
        if found and grain.first(found[-1].last) == grain.first(day):
            found[-1] = Bucket(found[-1].first, day)
        else:
            found.append(Bucket(day, day))
    return tuple(found)
