"""What a few people used over a period, finely enough for a small drawing each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from dashboard.grains import Grain
from dashboard.periods import Period
from dashboard.stats.group_times import GroupTimes
from dashboard.stats.rows import ZERO
from dashboard.stats.sources import Only, month_rows, rows, source
from dashboard.stats.spans import between, whole_months
from tokens.models import Team

Cents = Mapping[date, Decimal]


def sparks(
    team: Team,
    period: Period,
    grain: Grain,
    emails: Collection[str],
    months: Sequence[date],
    only: Only,
    times: GroupTimes,
) -> Mapping[str, Cents]:
    """By e-mail, then by the first of the period's days in a day, week or month.
    `months`: what the table of months holds. Of a group's people, the days on which
    they were in it."""
    group = only.group
    by_month = grain is Grain.MONTH and group is None
    months = whole_months(period, months) if by_month else []
    found: dict[str, dict[date, Decimal]] = {email: {} for email in emails}
    parts = _parts(team, period, months, replace(only, group=None))
    summed = [_summed(part.filter(email__in=emails)) for part in parts]
    for email, day, cents in summed[0].union(*summed[1:], all=True):
        if group is None or times.holds(group, email, Period(day, day)):
            key = max(grain.first(day), period.start)
            found[email][key] = found[email].get(key, ZERO) + cents
    return found


def _parts(
    team: Team, period: Period, months: Sequence[date], only: Only
) -> Iterator[QuerySet[Any]]:
    table = source({"email", *only.columns})
    if table.months and months:
        found = month_rows(table.months, team, months, only)
        yield found.annotate(first=F("month"))
    for days in between(period, months):
        yield rows(table.days, team, days, only).annotate(first=F("day"))


def _summed(found: QuerySet[Any]) -> QuerySet[Any, tuple[Any, ...]]:
    grouped = found.order_by().values("email", "first")
    summed: QuerySet[Any, tuple[Any, ...]] = grouped.annotate(
        cents=Sum("charged_cents")
    ).values_list("email", "first", "cents")
    return summed
