"""When everybody was last active, and how many lines of the AI's they accepted: one
statement for the whole team.

Who was active in the newest month, as nearly everybody is, is not looked for in the
older ones.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, DateField, F, Max, Q, QuerySet, Sum, Value

from dashboard.models import (
    DailyUsage,
    FreshMonth,
    MonthActivity,
)
from dashboard.periods import DAY, Period, days_before
from dashboard.stats.active import SOURCES
from dashboard.stats.seats import HORIZON
from dashboard.stats.spans import between, whole_months
from tokens.models import Team

Part = QuerySet[Any, tuple[Any, ...]]
SEEN, LINES = 0, 1
ONE_DAY = Value(1, BigIntegerField())


@dataclass(frozen=True)
class Lately:
    """By e-mail. Who is not in `last` was not active in the last HORIZON."""

    last: Mapping[str, date] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


def lately(
    team: Team, today: date, period: Period, months: Mapping[str, Sequence[date]]
) -> Lately:
    """The lines are those of the period, the last active day is as of `today`.
    `months`: what the tables of months hold of both, by source."""
    last: dict[str, date] = {}
    lines: dict[str, int] = defaultdict(int)
    parts = [*_seen(team, horizon(today), months), *_lines(team, period, months)]
    for what, email, first, number in parts[0].union(*parts[1:], all=True):
        if what == LINES:
            lines[email] += int(number)
        elif email and number:
            day = first + DAY * (int(number).bit_length() - 1)
            last[email] = max(day, last.get(email, day))
    return Lately(last, lines)


def horizon(today: date) -> Period:
    return Period(days_before(today, HORIZON.days), today)


def _seen(
    team: Team, span: Period, months: Mapping[str, Sequence[date]]
) -> Iterator[Part]:
    """(SEEN, e-mail, a day, bits from that day on); the highest bit is the last day."""
    for source, by_month, by_day, only in SOURCES:
        fresh = touched(span, months.get(source, ()))
        of_team = by_month._default_manager.filter(team=team).order_by()
        newest = of_team.filter(month__in=fresh[-1:])
        seen = newest.filter(days__gt=0).values("email")
        older = of_team.filter(month__in=fresh[:-1]).exclude(email__in=seen)
        for found in (newest, older) if fresh else ():
            named = found.annotate(what=Value(SEEN), first=F("month"))
            grouped = named.values("what", "email", "first")
            yield _part(grouped.annotate(number=Max("days")))
        for edge in between(span, fresh):
            days = by_day._default_manager.filter(
                only, team=team, day__range=(edge.start, edge.end)
            )
            grouped = days.order_by().annotate(what=Value(SEEN)).values("what", "email")
            yield _part(grouped.annotate(first=Max("day"), number=ONE_DAY))


def touched(span: Period, months: Sequence[date]) -> list[date]:
    """More days than asked for do no harm."""
    return [month for month in months if span.start.replace(day=1) <= month <= span.end]


def _lines(
    team: Team, period: Period, months: Mapping[str, Sequence[date]]
) -> Iterator[Part]:
    """(LINES, e-mail, any day, lines)."""
    whole = whole_months(period, months.get(FreshMonth.Source.DAILY, ()))
    edges = [Q(day__range=(days.start, days.end)) for days in between(period, whole)]
    tables: list[QuerySet[Any]] = []
    if whole:
        tables.append(MonthActivity.objects.filter(team=team, month__in=whole))
    if edges:
        tables.append(DailyUsage.objects.filter(reduce(or_, edges), team=team))
    for rows in tables:
        grouped = rows.order_by().annotate(what=Value(LINES)).values("what", "email")
        first = Value(period.start, DateField())
        yield _part(grouped.annotate(first=first, number=Sum("accepted_lines_added")))


def _part(grouped: Any) -> Part:
    part: Part = grouped.values_list("what", "email", "first", "number")
    return part
