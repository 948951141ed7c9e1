"""What each made-up person uses of each billing cycle: first what a seat includes, then
on demand. Cycles start at an instant in the middle of a day, as the vendor's do."""

from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

from dashboard.demo_data.bulk import Row, money
from dashboard.demo_data.calls import Call
from dashboard.demo_data.people import Person
from dashboard.models import EventKind, SpendSnapshot
from dashboard.models.cents import PLACES

INCLUDED = 2_000 * 10**PLACES
LIMIT = 200 * 10**PLACES
ANCHOR = (9, 14, 30)
A_MONTH = timedelta(days=31)
SPEND_COLUMNS = (
    "team_id",
    "cycle_start",
    "email",
    "captured_day",
    "captured_at",
    "user_id",
    "on_demand",
    "included",
    "total",
    "rule",
    "fast_premium_requests",
    "effective_limit_dollars",
)


def cycle_starts(start: date, end: date) -> list[datetime]:
    """From the one that `start` falls in on."""
    month = (start.replace(day=1) - timedelta(days=1)).replace(day=1)
    found = []
    while month <= end:
        found.append(datetime(month.year, month.month, *ANCHOR, tzinfo=UTC))
        month = (month + A_MONTH).replace(day=1)
    return found


class Wallets:
    """Amounts are units of 10⁻⁸ cents per (cycle, e-mail)."""

    def __init__(self, start: date, end: date) -> None:
        self.starts = cycle_starts(start, end)
        self._starts_ms = [int(at.timestamp() * 1000) for at in self.starts]
        self._included: dict[int, Counter[str]] = defaultdict(Counter)
        self._on_demand: dict[int, Counter[str]] = defaultdict(Counter)
        self._calls: dict[int, Counter[str]] = defaultdict(Counter)

    def cycle(self, at_ms: int) -> int:
        return bisect_right(self._starts_ms, at_ms) - 1

    def pay(self, call: Call) -> EventKind:
        """The call's kind, now that it is known what is left."""
        if call.kind is not EventKind.INCLUDED:
            return call.kind
        cycle, email, cost = (
            self.cycle(call.at_ms),
            call.person.email,
            call.charged or 0,
        )
        self._calls[cycle][email] += 1
        if self._included[cycle][email] < INCLUDED:
            self._included[cycle][email] += cost
            return EventKind.INCLUDED
        self._on_demand[cycle][email] += cost
        return EventKind.ON_DEMAND

    def gauges(self, team_id: int, day: date, people: list[Person]) -> list[Row]:
        """Everybody's gauge at the end of the day; on the day on which a cycle starts
        the last one of the cycle before too."""
        end = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
        newest = self.cycle(int(end.timestamp() * 1000))
        cycles = [newest]
        if self.starts[newest].date() == day and newest:
            cycles.insert(0, newest - 1)
        there = [person for person in people if person.is_there(day)]
        return [
            self._gauge(team_id, cycle, person, end)
            for cycle in cycles
            for person in there
        ]

    def _gauge(self, team_id: int, cycle: int, person: Person, at: datetime) -> Row:
        included = self._included[cycle][person.email]
        on_demand = self._on_demand[cycle][person.email]
        return (
            team_id,
            str(self.starts[cycle].replace(tzinfo=None)),
            person.email,
            at.date().isoformat(),
            str(at.replace(tzinfo=None)),
            person.user_id,
            money(on_demand),
            money(included),
            money(included + on_demand),
            SpendSnapshot.Rule.OVERALL.value,
            self._calls[cycle][person.email],
            money(LIMIT),
        )
