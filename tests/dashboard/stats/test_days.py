"""The days around a cycle: its own money, by the millisecond and by kind."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from dashboard import cycles, rollups
from dashboard.models import EventKind, UsageEvent
from dashboard.periods import DAY, Cycle, Period, first_ms
from dashboard.stats.days import Days, days_around
from tests import factories
from tokens.models import Team

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)
BEFORE = datetime(2026, 10, 9, 12, tzinfo=UTC)
CYCLE = Cycle(NOON, datetime(2026, 12, 9, 12, tzinfo=UTC), True, (BEFORE,))
TODAY = date(2026, 11, 20)
KINDS = list(EventKind)


@pytest.fixture
def team(db: None) -> Team:
    """Three events a day for three months: in the night, at noon and in the evening."""
    team = factories.team()
    for number in range(90):
        for hour in (1, 12, 20):
            at = datetime(2026, 11, 20, hour, tzinfo=UTC) - timedelta(days=number)
            kind = KINDS[(number + hour) % len(KINDS)]
            made = factories.event(team, at.date(), f"{number}.0{hour}", kind=kind)
            UsageEvent.objects.filter(pk=made.pk).update(timestamp_ms=first_ms(at))
    UsageEvent.objects.filter(day=TODAY, kind=KINDS[1]).update(cost_cents=None)
    with transaction.atomic():
        rollups.rebuild(team, set(UsageEvent.objects.values_list("day", flat=True)))
        cycles.keep(team, [BEFORE, NOON], NOON)
    return team


def money(start: datetime, until: date, kind: str | None = None) -> Decimal:
    end = first_ms(datetime(until.year, until.month, until.day, tzinfo=UTC))
    events = UsageEvent.objects.filter(
        timestamp_ms__gte=first_ms(start), timestamp_ms__lt=end
    )
    return sum(
        (e.cost_cents or Decimal(0) for e in events if kind in (None, e.kind)),
        Decimal(0),
    )


@pytest.fixture
def days(team: Team, django_assert_num_queries: DjangoAssertNumQueries) -> Days:
    with django_assert_num_queries(1):
        return days_around(team, CYCLE, TODAY)


@pytest.mark.parametrize("kind", [None, EventKind.ON_DEMAND, EventKind.INCLUDED])
def test_a_cycle_has_its_events_from_its_instant_on(
    days: Days, kind: str | None
) -> None:
    for cycle, until in (
        (CYCLE, TODAY + DAY),
        (CYCLE, NOON.date() + DAY),
        (CYCLE.before(), NOON.date()),
        (CYCLE.before(), date(2026, 10, 20)),
    ):
        found = days.of_cycle(cycle, until)
        assert found.of(kind) == money(cycle.start, until, kind)
    assert days.of_cycle(CYCLE, TODAY).of(kind) > 0
    assert days.of_cycle(CYCLE, NOON.date()).events == 0
    first = {start.date(): start for start in (NOON, BEFORE)}
    assert days.opened(kind) == {
        day: money(start, day + DAY, kind) for day, start in first.items()
    }


@pytest.mark.parametrize("kind", [None, EventKind.ON_DEMAND])
def test_days_are_whole_ones(days: Days, kind: str | None) -> None:
    found = days.cents(kind)
    assert len(found) > 50
    for day, cents in found.items():
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        assert cents == money(start, day + DAY, kind)
    since = days.since(TODAY - DAY * 5, kind)
    assert since == {day: found[day] for day in found if day >= TODAY - DAY * 5}


def test_events_without_a_cost_are_counted(days: Days) -> None:
    assert days.unpriced_in(Period(TODAY, TODAY)) > 0
    assert days.unpriced_in(Period(TODAY - DAY * 9, TODAY - DAY)) == 0
