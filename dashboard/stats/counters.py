"""The vendor's daily counters, summed over everybody that a page is about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from dashboard.grains import Grain
from dashboard.models import DailyUsage, DayFacet, TeamDay
from dashboard.models.activity import Counters
from dashboard.periods import Period
from dashboard.stats.sources import Only, in_group
from dashboard.stats.ticks import TICKS
from tokens.models import Team

NAMES = tuple(found.name for found in Counters._meta.get_fields())


@dataclass(frozen=True)
class CounterDay:
    """`people` have counters on the day, `active` of them are active."""

    day: date
    people: int = 0
    active: int = 0
    values: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, counter: str) -> int:
        return self.values.get(counter, 0)


def counters(team: Team, period: Period, only: Only) -> list[CounterDay]:
    """By day. A model or a kind does not narrow them: the vendor counts without."""
    span = {"team": team, "day__range": (period.start, period.end)}
    if only.group is None and only.email is None:
        names = ("day", "people", "active", *NAMES)
        found: QuerySet[Any, tuple[Any, ...]] = TeamDay.objects.filter(
            **span
        ).values_list(*names)
    else:
        days = _of(DailyUsage.objects.filter(**span), team, only)
        found = days.values_list("day").annotate(
            sum_people=Count("pk", ~Q(email="")),
            sum_active=Count("pk", Q(is_active=True)),
            **{f"sum_{name}": Sum(name) for name in NAMES},
        )
    return [
        CounterDay(day, people, active, dict(zip(NAMES, values, strict=True)))
        for day, people, active, *values in found.order_by("day")
    ]


class FacetDay(NamedTuple):
    """How many people the days of a tick name with the value; somebody who is there on
    five days counts five. `day` is the first of the week or month."""

    day: date
    value: str
    people: int


def facets(
    team: Team, period: Period, only: Only, grain: Grain
) -> dict[DayFacet.Facet, list[FacetDay]]:
    """All of them. A year has ten thousand by day, and a tenth of that by month."""
    found: dict[DayFacet.Facet, list[FacetDay]] = {f: [] for f in DayFacet.Facet}
    span = {"team": team, "day__range": (period.start, period.end)}
    if only.group is None and only.email is None:
        rows = DayFacet.objects.filter(**span).annotate(tick=TICKS[grain])
        summed = rows.order_by().values_list("facet", "tick", "value")
        for name, day, value, people in summed.annotate(Sum("people")):
            found[DayFacet.Facet(name)].append(FacetDay(day, value, people))
        return found
    days = _of(DailyUsage.objects.filter(**span), team, only)
    for facet in DayFacet.Facet:
        named = days.exclude(**{facet.value: ""}).annotate(tick=TICKS[grain])
        values = named.values_list("tick", facet.value)
        for day, value, people in values.annotate(Count("pk")):
            found[facet].append(FacetDay(day, value, people))
    return found


def _of(days: QuerySet[DailyUsage], team: Team, only: Only) -> QuerySet[DailyUsage]:
    if only.email is not None:
        days = days.filter(email=only.email)
    if only.group is not None:
        days = days.filter(in_group(team, only.group))
    return days.order_by()


def total(days: Sequence[CounterDay], counter: str) -> int:
    return sum(day[counter] for day in days)


def rate(days: Sequence[CounterDay], part: str, whole: str) -> Decimal | None:
    """Percent, at most 100: the vendor may count more that was accepted than that was
    applied. None of nothing."""
    every = total(days, whole)
    if not every:
        return None
    return min(Decimal(100), Decimal(total(days, part) * 100) / every)
