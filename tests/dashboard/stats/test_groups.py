"""Groups and who is in none add up to the whole, whatever is rounded."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.grains import Grain
from dashboard.models import BillingGroup, EventKind, GroupDay, LocalGroup
from dashboard.periods import Period
from dashboard.stats.group_rows import group_rows
from dashboard.stats.group_sums import Asking, Compared
from dashboard.stats.groups import groups, tabled
from dashboard.stats.headcounts import Heads, counted
from dashboard.stats.sources import EVERYTHING, NO_GROUP
from dashboard.stats.usage import Spend
from dashboard.stats.vendor_groups import vendor_groups
from tests import factories
from tests.dashboard.conftest import World
from tests.factories import DAY

CENTS = st.decimals(0, 10**7, places=8)
SPENDS = st.lists(st.builds(Spend, CENTS, CENTS, CENTS), min_size=1, max_size=15)


@given(SPENDS)
def test_a_charge_back_adds_up_to_the_cent(spends: list[Spend]) -> None:
    table = tabled([(None, Compared(s)) for s in spends], Heads({}), compares=False)
    total = sum((s.total for s in spends), Decimal(0))
    assert sum(line.total for line in table.lines) == table.all.total
    assert abs(table.all.total - total) <= Decimal("0.5")
    for kind in ("included", "on_demand", "other"):
        whole = sum((getattr(s, kind) for s in spends), Decimal(0))
        assert abs(getattr(table.all, kind) - whole) < 1
    if total:
        assert sum(line.share or 0 for line in table.lines) == Decimal("100.00")


def test_who_changed_groups_counts_in_both_and_who_left_no_more(world: World) -> None:
    first = world.today - 9 * DAY
    period = Period(first, world.today)
    times = [
        (1, "ada@example.com", first, first + 4 * DAY),
        (2, "ada@example.com", first + 5 * DAY, None),
        (1, "bob@example.com", first, None),
    ]
    members = {"ada@example.com": None, "bob@example.com": first - DAY, "eve": None}
    found = counted(times, members, period)
    assert (found.of(1), found.of(2), found.of(NO_GROUP), found.all) == (1, 1, 1, 2)


def test_a_table_by_month_is_the_chart_of_its_days(world: World) -> None:
    group = LocalGroup.objects.create(team=world.team, name="Platform")
    group.members.create(email="ada@example.com", first_day=world.today - 20 * DAY)
    factories.rollup(world.team, world.today, "5", kind=EventKind.FREE)
    factories.add_up(world.team)
    period = Period(world.today - 300 * DAY, world.today)
    asking = Asking(world.team, period, None, EVERYTHING, world.today, Grain.MONTH)
    table, ticks = groups(asking, group_rows(world.team), {})
    assert [line.sums.now.total for line in table.lines] == [
        Decimal("77.84932"),
        Decimal(43),
    ]
    for line in table.lines:
        rows = ticks[line.number]
        assert sum(row.charged_cents for row in rows) == line.sums.now.total
        assert all(row.day and row.day.day == 1 for row in rows)


def test_the_vendors_groups_stand_beside_those_of_their_names(
    world: World, django_assert_num_queries: Any
) -> None:
    now = datetime.now(UTC)
    for number, name in (("g1", "Platform"), ("g2", "Other"), ("", "")):
        group = BillingGroup.objects.create(
            team=world.team,
            group_id=number,
            name=name,
            cycle_start=world.cycle,
            synced_at=now,
        )
        for user, day in (
            ("", world.today),
            ("", world.today - DAY),
            ("u", world.today),
        ):
            GroupDay.objects.create(
                group=group, user_id=user, day=day, spend_cents=3, synced_at=now
            )
    period = Period(world.today - DAY, world.today)
    with django_assert_num_queries(1):
        found = vendor_groups(
            world.team, period, [("platform", Decimal(10))], Decimal(1)
        )
    assert [(g.name, g.cents, g.days, g.difference) for g in found] == [
        ("Other", Decimal(6), 2, None),
        ("Platform", Decimal(6), 2, Decimal(4)),
        ("", Decimal(6), 2, Decimal(-5)),
    ]
