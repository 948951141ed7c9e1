"""When a team works: requests by weekday and hour in the team's own time zone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from dashboard.models import QuarterHour, UsageEvent
from dashboard.periods import DAY, Period
from tokens.models import Team

QUARTER = 900
QUARTER_MS = QUARTER * 1000
HOURS_OF_A_WEEK = 168
# The first hour of Unix time was a Thursday's.
THURSDAY = 3
Hours = Counter[tuple[int, int]]


EARLIEST, LATEST = date(2020, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Span:
    """Quarters of an hour, Unix time, up to but without `end`; the zone is `offset`
    seconds ahead."""

    start: int
    end: int
    offset: int


def by_hour(team: Team, period: Period, email: str | None = None) -> Hours:
    """Requests by (weekday from Monday, hour), for the period's days in the team's
    zone. With an `email` that person's alone, from their events."""
    period = _within_reason(period)
    spans = tuple(_spans(period, ZoneInfo(team.time_zone)))
    marks = ", ".join(["(%s, %s, %s)"] * len(spans))
    with_spans = f"WITH span(first, after, shift) AS (VALUES {marks}) "
    args: list[Any] = [n for s in spans for n in (s.start, s.end, s.offset)]
    select = _of_team(team, period) if email is None else _of_person(team, email, spans)
    found: Hours = Counter()
    with connection.cursor() as cursor:
        cursor.execute(with_spans + select[0], args + select[1])
        for slot, requests in cursor:
            day, hour = divmod(int(slot), 24)
            found[(day + THURSDAY) % 7, hour] += int(requests)
    return found


def _within_reason(period: Period) -> Period:
    """The days that usage can lie in: a walk over ten thousand years takes long, and
    the calendar's last day has no end."""
    start, end = (min(max(day, EARLIEST), LATEST) for day in (period.start, period.end))
    return Period(start, end)


def _slot(quarter: str) -> str:
    """The hour since the first Thursday, in SQL."""
    seconds = f"({quarter} * {QUARTER} + span.shift)"
    return f"({seconds} / 3600) %% {HOURS_OF_A_WEEK}"


def _of_team(team: Team, period: Period) -> tuple[str, list[Any]]:
    """A zone's day lies on two days of UTC."""
    adapt = connection.ops.adapt_datefield_value
    days = adapt(period.start - DAY), adapt(period.end + DAY)
    return (
        f"SELECT {_slot('q.quarter')}, SUM(q.events) "
        f"FROM {QuarterHour._meta.db_table} q "
        "JOIN span ON q.quarter >= span.first AND q.quarter < span.after "
        "WHERE q.team_id = %s AND q.day BETWEEN %s AND %s GROUP BY 1",
        [team.pk, *days],
    )


def _of_person(
    team: Team, email: str, spans: tuple[Span, ...]
) -> tuple[str, list[Any]]:
    first, after = spans[0].start * QUARTER_MS, spans[-1].end * QUARTER_MS
    quarter = f"(e.timestamp_ms / {QUARTER_MS})"
    return (
        f"SELECT {_slot(quarter)}, COUNT(*) FROM {UsageEvent._meta.db_table} e "
        f"JOIN span ON {quarter} >= span.first AND {quarter} < span.after "
        "WHERE e.team_id = %s AND e.email = %s AND e.withdrawn_at IS NULL "
        "AND e.timestamp_ms >= %s AND e.timestamp_ms < %s GROUP BY 1",
        [team.pk, email, first, after],
    )


def _spans(period: Period, zone: ZoneInfo) -> Iterator[Span]:
    """The period's days in the zone, cut where its clock is put forward or back."""
    start = _quarter(datetime.combine(period.start, time.min, zone))
    end = _quarter(datetime.combine(period.end + DAY, time.min, zone))
    first, offset = start, _offset(start, zone)
    for begin in range(start, end, 96):
        last = min(begin + 96, end)
        if _offset(last - 1, zone) == offset:
            continue
        for quarter in range(begin, last):
            if (here := _offset(quarter, zone)) != offset:
                yield Span(first, quarter, offset)
                first, offset = quarter, here
    yield Span(first, end, offset)


def _offset(quarter: int, zone: ZoneInfo) -> int:
    """Seconds."""
    at = datetime.fromtimestamp(quarter * QUARTER, UTC).astimezone(zone)
    shift = at.utcoffset()
    assert shift is not None
    return int(shift.total_seconds())


def _quarter(moment: datetime) -> int:
    return int(moment.timestamp()) // QUARTER
