"""Whatever months are read whole, groups cost what their events come to."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import reduce
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from dashboard import rollups
from dashboard.grains import Grain
from dashboard.models import (
    EventKind,
    FreshMonth,
    LocalGroup,
    LocalGroupMember,
    UsageEvent,
)
from dashboard.periods import Period
from dashboard.stats.group_people import spend_in_group, times_of
from dashboard.stats.group_sums import Asking, Compared, Read, read
from dashboard.stats.rows import ZERO
from dashboard.stats.sources import BY_GROUP, EVERYTHING, NO_GROUP, WHOLE, Only
from dashboard.stats.usage import Spend
from tests import factories
from tests.factories import DAY
from tokens.models import Team

TODAY = date(2026, 11, 20)
YEAR = Period(TODAY - 364 * DAY, TODAY)
BEFORE = Period(YEAR.start - 200 * DAY, YEAR.start - DAY)
PEOPLE = [f"{name}@example.com" for name in ("ada", "bob", "eve", "sam")]


@pytest.fixture
def team(db: None) -> Team:
    """Three groups that people change between in the middle of months."""
    team, random = factories.team(), Random(7)
    groups = [LocalGroup.objects.create(team=team, name=name) for name in "ABC"]
    for email in PEOPLE[:3]:
        first = BEFORE.start
        while first <= TODAY:
            last = first + DAY * random.randint(20, 150)
            random.choice(groups).members.create(
                email=email, first_day=first, last_day=last
            )
            first = last + DAY * random.randint(1, 40)
    days = [YEAR.start, YEAR.end, *(TODAY - DAY * n for n in range(0, 564, 5))]
    for day in days:
        factories.event(
            team,
            day=day,
            cents=f"{random.randint(1, 900)}.00000001",
            email=random.choice(PEOPLE),
            model=random.choice(["opus", "gpt-5"]),
            kind=random.choice(list(EventKind)),
        )
    with transaction.atomic():
        rollups.rebuild(team, set(days))
    rollups.refresh_months(team)
    return team


def of_events(team: Team, asking: Asking) -> dict[int, Compared]:
    found: defaultdict[int, Compared] = defaultdict(Compared)
    for event in UsageEvent.objects.filter(team=team, **asking.only.columns):
        time = LocalGroupMember.objects.filter(
            email=event.email, first_day__lte=event.day, last_day__gte=event.day
        ).first()
        cents = event.cost_cents or Decimal(0)
        if time is None or asking.only.group not in (None, time.group_id):
            continue
        if asking.other and asking.other.start <= event.day <= asking.other.end:
            found[time.group_id] = found[time.group_id].and_also(Compared(before=cents))
        if asking.period.start <= event.day <= asking.period.end:
            names = {EventKind.ON_DEMAND: "on_demand", EventKind.INCLUDED: "included"}
            spend = Spend(
                **{names.get(EventKind(event.kind), "other"): cents}, events=1
            )
            over = cents if event.day < asking.today else Decimal(0)
            found[time.group_id] = found[time.group_id].and_also(Compared(spend, over))
    return dict(found)


@pytest.mark.parametrize("only", [EVERYTHING, Only(model="opus"), Only(kind="free")])
@pytest.mark.parametrize("other", [None, BEFORE])
@pytest.mark.parametrize("grain", Grain)
def test_groups_cost_what_their_events_come_to(
    team: Team, grain: Grain, other: Period | None, only: Only
) -> None:
    asking = Asking(team, YEAR, other, only, TODAY, grain)
    with CaptureQueriesContext(connection) as asked:
        found = read(BY_GROUP, asking)
    reads_months = any("_monthgroup" in query["sql"] for query in asked)
    assert reads_months is (grain is not Grain.WEEK)
    assert len(asked) <= 3
    assert found.sums == of_events(team, asking)
    assert found.sums
    check_ticks(found, grain)


def check_ticks(found: Read, grain: Grain) -> None:
    if grain is Grain.DAY:
        assert not found.ticks
        return
    for group, sums in found.sums.items():
        rows = found.ticks.get(group, [])
        assert sum(row.charged_cents for row in rows) == sums.now.total
        assert sum(row.events for row in rows) == sums.now.events
        assert all(row.day and row.day == grain.first(row.day) for row in rows)


def test_months_that_are_not_fresh_are_read_by_day(team: Team) -> None:
    asking = Asking(team, YEAR, BEFORE, EVERYTHING, TODAY, Grain.MONTH)
    before = read(BY_GROUP, asking)
    FreshMonth.objects.filter(month__in=[date(2026, 1, 1), date(2026, 5, 1)]).delete()
    after = read(BY_GROUP, asking)
    assert after.sums == before.sums == of_events(team, asking)
    assert by_month(after) == by_month(before)


def by_month(found: Read) -> Counter[tuple[int, date | None]]:
    cents = Counter[tuple[int, date | None]]()
    for group, rows in found.ticks.items():
        for row in rows:
            cents[group, row.day] += row.charged_cents  # type: ignore[assignment]
    return cents


def test_one_group_is_its_part_and_the_team_is_all(team: Team) -> None:
    asking = Asking(team, YEAR, BEFORE, EVERYTHING, TODAY)
    every = read(BY_GROUP, asking)
    for group, sums in every.sums.items():
        one = Asking(team, YEAR, BEFORE, Only(group=group), TODAY)
        assert read(BY_GROUP, one).sums == {group: sums}
    whole = read(WHOLE, asking).all
    cents = [event.cost_cents for event in UsageEvent.objects.all()]
    assert whole.now.total + whole.before == sum(filter(None, cents))


@pytest.mark.parametrize("only", [EVERYTHING, Only(model="opus")])
@pytest.mark.parametrize("days", [365, 60, 5])
def test_the_people_of_each_group_and_of_none_add_up_to_it(
    team: Team, days: int, only: Only
) -> None:
    period = Period(TODAY - DAY * (days - 1), TODAY)
    asking = Asking(team, period, None, only, TODAY)
    groups, whole = read(BY_GROUP, asking), read(WHOLE, asking)
    wanted = {group: sums.now for group, sums in groups.sums.items()}
    wanted[NO_GROUP] = whole.all.now.less(groups.all.now)
    for group, sums in wanted.items():
        part = replace(only, group=group)
        found = spend_in_group(team, period, part, times_of(team, part), TODAY)
        theirs = [replace(spend, requests_costs=ZERO) for spend in found.values()]
        assert reduce(Spend.and_also, theirs, Spend()) == sums
    assert days < 365 or "sam@example.com" in found
