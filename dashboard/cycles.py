"""Which billing cycles a team has had, and the sums that their first days need.

A cycle starts at an instant, not at midnight. The vendor names the start of the running
cycle (with the spend) and of past ones (with billing groups); the others are counted
from those by months.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, pairwise, takewhile

from dashboard import rollups
from dashboard.models import BillingCycle, UsageRollup
from dashboard.periods import DAY, first_ms, midnight, month_later
from dashboard.rollups import versions
from tokens.models import Team

# The vendor's word on one and the same start may differ a little from time to time.
SAME = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """What is to be written for the kept cycles to be the wanted ones."""

    new: list[BillingCycle]
    now_said: list[BillingCycle]
    gone: list[BillingCycle]

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.now_said or self.gone)


def keep(team: Team, said: Collection[datetime], now: datetime) -> None:
    """Know these starts, and those that are counted from all that were ever said, from
    the first usage to the cycle after `now`; their sums are built. In a transaction.

    Whoever changes events meanwhile holds the same lock and is waited for: each must
    see the other's rows.
    """
    if _plan(team, said, now).is_empty:
        return
    versions.changed(team)
    plan = _plan(team, said, now)
    BillingCycle.objects.filter(pk__in=[c.pk for c in plan.gone]).delete()
    known = BillingCycle.objects.filter(pk__in=[c.pk for c in plan.now_said])
    known.update(is_said=True)
    BillingCycle.objects.bulk_create(plan.new)
    rollups.rebuild_opening(team, {cycle.start.date() for cycle in plan.new})


def _plan(team: Team, said: Collection[datetime], now: datetime) -> Plan:
    kept = {cycle.start: cycle for cycle in BillingCycle.objects.filter(team=team)}
    known = {start for start, cycle in kept.items() if cycle.is_said} | set(said)
    wanted = timeline(known, _first_usage(team) or now, now)
    return Plan(
        [
            _cycle(team, start, is_said=start in known)
            for start in wanted
            if start not in kept
        ],
        [c for start, c in kept.items() if start in known and not c.is_said],
        [cycle for start, cycle in kept.items() if start not in wanted],
    )


def _cycle(team: Team, start: datetime, is_said: bool) -> BillingCycle:
    last = first_ms(midnight(start.date()) + DAY) - 1
    return BillingCycle(
        team=team, start=start, is_said=is_said, first_ms=first_ms(start), last_ms=last
    )


def timeline(
    said: Iterable[datetime], first: datetime, now: datetime
) -> list[datetime]:
    """Every start from the last one before `first` to the one after `now`, oldest
    first; empty while none was said."""
    named = _apart(said)
    if not named:
        return []
    starts = _counted_back(named[0], first)
    for start, end in pairwise(named):
        starts += [start, *_counted_on(start, end - SAME)]
    newest = named[-1]
    to_come = next(at for at in _months_on(newest) if at > now)
    return [*starts, newest, *_counted_on(newest, to_come)]


def _apart(said: Iterable[datetime]) -> list[datetime]:
    """Of two words on the same start the later counts."""
    apart: list[datetime] = []
    for start in sorted(said):
        if apart and start - apart[-1] < SAME:
            apart.pop()
        apart.append(start)
    return apart


def _counted_back(oldest: datetime, first: datetime) -> list[datetime]:
    months = 0
    while month_later(oldest, months) > first:
        months -= 1
    return [month_later(oldest, n) for n in range(months, 0)]


def _counted_on(start: datetime, last: datetime) -> list[datetime]:
    return list(takewhile(lambda at: at <= last, _months_on(start)))


def _months_on(start: datetime) -> Iterator[datetime]:
    return (month_later(start, months) for months in count(1))


def _first_usage(team: Team) -> datetime | None:
    days = UsageRollup.objects.filter(team=team).order_by("day")
    day = days.values_list("day", flat=True).first()
    return midnight(day) if day else None
