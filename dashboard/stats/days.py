"""The days around the present billing cycle, asked for once: what it has come to, how
far the one before was, and what a forecast is made from."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboard.periods import DAY, Cycle, Period
from dashboard.stats.cycles import is_midnight, rest_of_day
from dashboard.stats.freshness import provisional_from
from dashboard.stats.outlook import REACH
from dashboard.stats.rows import ZERO, By, UsageRow, columns
from dashboard.stats.usage import Spend, spend, usage
from tokens.models import Team

MEASURES = ("events", "charged_cents", "requests_costs", "unpriced_events")


@dataclass(frozen=True)
class Days:
    """Rows by day and kind; `opening` has, for the first day of each cycle, the part of
    it that belongs to that cycle."""

    first: date
    rows: Mapping[date, list[UsageRow]]
    opening: Mapping[date, list[UsageRow]]

    def of_cycle(self, cycle: Cycle, until: date) -> Spend:
        """From the instant at which the cycle starts until the day `until` begins."""
        first = cycle.start.date()
        if until <= first:
            return Spend()
        rows = list(self.opening[first])
        for number in range(1, (until - first).days):
            rows += self.rows.get(first + DAY * number, [])
        return spend(rows)

    def unpriced(self, period: Period) -> int:
        """Events that came without a cost."""
        return sum(
            row.unpriced_events
            for day, rows in self.rows.items()
            if day in period
            for row in rows
        )

    def cents(self, kind: str | None) -> dict[date, Decimal]:
        return _cents(self.rows, kind)

    def since(self, first: date, kind: str | None) -> dict[date, Decimal]:
        """Cents by day, from the day `first` on."""
        return {day: cents for day, cents in self.cents(kind).items() if day >= first}

    def opened(self, kind: str | None) -> dict[date, Decimal]:
        """Cents of the part of each cycle's first day that belongs to it."""
        nothing = dict.fromkeys(self.opening, ZERO)
        return nothing | _cents(self.opening, kind)


def _cents(
    rows_by_day: Mapping[date, list[UsageRow]], kind: str | None
) -> dict[date, Decimal]:
    found: dict[date, Decimal] = defaultdict(Decimal)
    for day, rows in rows_by_day.items():
        for row in rows:
            if kind is None or row.kind == kind:
                found[day] += row.charged_cents
    return found


def days_around(team: Team, cycle: Cycle, today: date) -> Days:
    """From the cycle before on, and as far as a forecast looks back."""
    before = cycle.before()
    reach = provisional_from(today) - timedelta(days=REACH)
    period = Period(min(before.start.date(), reach), today)
    rows: dict[date, list[UsageRow]] = defaultdict(list)
    for row in usage(team, period, [By.DAY, By.KIND], measures=MEASURES):
        assert row.day is not None
        rows[row.day].append(row)
    starts = {one.start.date(): one.start for one in (before, cycle)}
    return Days(
        period.start,
        rows,
        {
            day: rows[day]
            if is_midnight(start)
            else rest_of_day(team, start, columns([By.KIND]))
            for day, start in starts.items()
        },
    )
