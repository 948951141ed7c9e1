"""When everybody was last active, and how many lines of the AI's they accepted: one
statement for the whole team."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import DateField, Max, Q, QuerySet, Sum, Value

from dashboard.models import DailyUsage, PersonMonth
from dashboard.periods import Period, days_before
from dashboard.stats.active import BY_DAY
from dashboard.stats.seats import HORIZON
from dashboard.stats.spans import between, whole_months
from tokens.models import Team

Part = QuerySet[Any, tuple[Any, ...]]
NO_LINES = Value(0)
NEVER = Value(None, DateField())


@dataclass(frozen=True)
class Lately:
    """By e-mail. Who is not in `last` was not active in the last HORIZON."""

    last: Mapping[str, date] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


def lately(team: Team, today: date, period: Period, months: Sequence[date]) -> Lately:
    """The lines are those of the period, the last active day is as of `today`.
    `months`: what the table of months holds of both."""
    last: dict[str, date] = {}
    lines: dict[str, int] = defaultdict(int)
    parts = list(_parts(team, horizon(today), period, months))
    for email, day, number in parts[0].union(*parts[1:], all=True):
        lines[email] += int(number or 0)
        if email and day:
            last[email] = max(day, last.get(email, day))
    return Lately(last, lines)


def horizon(today: date) -> Period:
    return Period(days_before(today, HORIZON.days), today)


def _parts(
    team: Team, span: Period, period: Period, months: Sequence[date]
) -> Iterator[Part]:
    """(e-mail, last active day or None, lines or None)."""
    fresh, whole = touched(span, months), whole_months(period, months)
    if every := {*fresh, *whole}:
        rows = PersonMonth.objects.filter(team=team, month__in=sorted(every))
        yield _part(
            rows,
            Max("last_active", filter=Q(month__in=fresh)),
            Sum("accepted_lines_added", filter=Q(month__in=whole)),
        )
    for edge in between(span, fresh):
        for by_day, only in BY_DAY:
            days = by_day._default_manager.filter(only, team=team)
            yield _part(days.filter(_inside(edge)), Max("day"), NO_LINES)
    if edges := [_inside(days) for days in between(period, whole)]:
        daily = DailyUsage.objects.filter(reduce(or_, edges), team=team)
        yield _part(daily, NEVER, Sum("accepted_lines_added"))


def touched(span: Period, months: Sequence[date]) -> list[date]:
    """More days than asked for do no harm."""
    return [month for month in months if span.start.replace(day=1) <= month <= span.end]


def _inside(days: Period) -> Q:
    return Q(day__range=(days.start, days.end))


def _part(rows: QuerySet[Any], seen: Any, lines: Any) -> Part:
    grouped = rows.order_by().values("email").annotate(seen=seen, lines=lines)
    part: Part = grouped.values_list("email", "seen", "lines")
    return part
