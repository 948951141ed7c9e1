"""The days around the present billing cycle, asked for once: what it has come to, how
far the one before was, and what a forecast is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from django.db.models import BooleanField, Q, QuerySet, Sum, Value

from dashboard.models import DayModel, EventKind, OpeningSums
from dashboard.periods import DAY, Cycle, Period
from dashboard.stats.cycles import is_midnight, rests_of_days
from dashboard.stats.freshness import provisional_from
from dashboard.stats.outlook import REACH
from dashboard.stats.rows import ZERO
from dashboard.stats.sources import EVERYTHING, rows
from dashboard.stats.usage import Spend, spend
from tokens.models import Team

MEASURES = ("events", "charged_cents", "requests_costs")
# One row per day instead of one per day and kind.
SUMS = {
    "total": Sum("charged_cents"),
    "on_demand": Sum("charged_cents", filter=Q(kind=EventKind.ON_DEMAND)),
    "included": Sum("charged_cents", filter=Q(kind=EventKind.INCLUDED)),
    "count": Sum("events"),
    "units": Sum("requests_costs"),
    "without_cost": Sum("unpriced_events"),
}


Spends = dict[date, Spend]
Summed = QuerySet[Any, tuple[Any, ...]]


@dataclass(frozen=True)
class Days:
    """Spend by UTC day; `opening` has, for the first day of each cycle, the part of it
    that belongs to that cycle. `unpriced`: how many events came without a cost."""

    spends: Mapping[date, Spend]
    opening: Mapping[date, Spend]
    unpriced: Mapping[date, int]

    def of_cycle(self, cycle: Cycle, until: date) -> Spend:
        """From the instant at which the cycle starts until the day `until` begins."""
        first = cycle.start.date()
        if until <= first:
            return Spend()
        days = (first + DAY * n for n in range(1, (until - first).days))
        rest = (self.spends[day] for day in days if day in self.spends)
        return reduce(Spend.and_also, rest, self.opening[first])

    def unpriced_in(self, period: Period) -> int:
        return sum(count for day, count in self.unpriced.items() if day in period)

    def cents(self, kind: str | None) -> dict[date, Decimal]:
        """Of the days that have any of that kind."""
        return _cents(self.spends, kind)

    def since(self, first: date, kind: str | None) -> dict[date, Decimal]:
        """Cents by day, from the day `first` on."""
        return {day: cents for day, cents in self.cents(kind).items() if day >= first}

    def opened(self, kind: str | None) -> dict[date, Decimal]:
        """Cents of the part of each cycle's first day that belongs to it."""
        return {day: spend.of(kind) for day, spend in self.opening.items()}


def _cents(spends: Mapping[date, Spend], kind: str | None) -> dict[date, Decimal]:
    found = {day: spend.of(kind) for day, spend in spends.items()}
    return {day: cents for day, cents in found.items() if cents or kind is None}


def days_around(team: Team, cycle: Cycle, today: date) -> Days:
    """From the cycle before on, and as far as a forecast looks back. One query where
    both cycles' starts are kept."""
    before = cycle.before()
    reach = provisional_from(today) - timedelta(days=REACH)
    period = Period(min(before.start.date(), reach), today)
    starts = {one.start.date(): one.start for one in (before, cycle)}
    cut = {day: start for day, start in starts.items() if not is_midnight(start)}
    spends, opening, unpriced = _read(team, period, cut)
    unknown = {cut[day] for day in cut if day in spends and day not in opening}
    rests = rests_of_days(team, unknown, ["kind"], measures=MEASURES)
    opening |= {start.date(): spend(rest) for start, rest in rests.items()}
    first = {day: (opening if day in cut else spends) for day in starts}
    return Days(
        spends,
        {day: found.get(day, Spend()) for day, found in first.items()},
        unpriced,
    )


def _read(
    team: Team, period: Period, cut: Mapping[date, datetime]
) -> tuple[Spends, Spends, dict[date, int]]:
    """The days, what is kept of the `cut` ones from their instants on, and events
    without a cost by day."""
    days = rows(DayModel, team, period, EVERYTHING)
    kept = OpeningSums.objects.filter(
        team=team, day__in=cut, cycle__start__in=cut.values()
    )
    both = [_by_day(days, is_opening=False), _by_day(kept, is_opening=True)]
    spends: tuple[Spends, Spends] = {}, {}
    unpriced = {}
    for day, is_opening, total, *parts, events, units, without in (
        both[0].union(both[1], all=True) if cut else both[0]
    ):
        on_demand, included = (part or ZERO for part in parts)
        rest = total - on_demand - included
        spends[is_opening][day] = Spend(on_demand, included, rest, events, units)
        if not is_opening:
            unpriced[day] = without
    return *spends, unpriced


def _by_day(found: QuerySet[Any], *, is_opening: bool) -> Summed:
    mark = Value(is_opening, BooleanField())
    by_day = found.order_by().annotate(is_opening=mark).values("day", "is_opening")
    sums: Summed = by_day.annotate(**SUMS).values_list("day", "is_opening", *SUMS)
    return sums
