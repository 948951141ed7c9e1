from datetime import UTC, date, datetime
from decimal import Decimal

from dashboard.periods import Cycle
from dashboard.stats.gauge import gauge, limits, readings
from tests import factories
from tokens.models import Team

START, END = datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 12, 1, 8, tzinfo=UTC)
CYCLE = Cycle(START, END, known=True)
DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)


def test_each_person_counts_with_the_newest_reading(team: Team) -> None:
    factories.snapshot(team, START, DAY, "ada@x.org", on_demand=1, included=2, total=3)
    factories.snapshot(team, START, NEXT, "ada@x.org", on_demand=4, included=5, total=9)
    factories.snapshot(
        team, START, DAY, "bob@x.org", on_demand=0, included=Decimal("0.5"), total=1
    )
    found = gauge(readings(team, CYCLE))
    assert found
    assert (found.on_demand, found.included) == (Decimal(4), Decimal("5.5"))
    assert found.total == 10
    assert found.read_at == datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_half_a_sum_is_not_given_as_a_whole_one(team: Team) -> None:
    factories.snapshot(team, START, DAY, "ada@x.org", on_demand=1, included=2, total=3)
    factories.snapshot(team, START, DAY, "bob@x.org", total=1)
    found = gauge(readings(team, CYCLE))
    assert found and found.on_demand is found.included is None
    assert found.total == 4


def test_spend_cents_that_come_alone_are_told_as_such(team: Team) -> None:
    """As the first Admin API gave them: whether they are of all spend, or of on-demand
    spend, it does not say."""
    for email, raw in (("ada@x.org", 7), ("bob@x.org", 5)):
        factories.snapshot(team, START, DAY, email, spend_raw=raw, rule="raw")
    read = readings(team, CYCLE)
    assert [one.said for one in read] == [Decimal(7), Decimal(5)]
    assert [one.total for one in read] == [None, None]
    found = gauge(read)
    assert found and (found.raw, found.total) == (Decimal(12), None)


def test_another_cycle_is_not_this_one(team: Team) -> None:
    factories.snapshot(team, END, DAY, "ada@x.org", total=3)
    assert gauge(readings(team, CYCLE)) is None


def test_who_has_used_most_of_a_limit_is_near_it(team: Team) -> None:
    """Limits are in dollars, spend in cents; 80 percent is near."""
    for email, cents, dollars in (("a", 1599, 20), ("b", 1600, 20), ("c", 5, None)):
        factories.snapshot(
            team, START, DAY, email, on_demand=cents, effective_limit_dollars=dollars
        )
    found = limits(readings(team, CYCLE))
    assert found
    assert (found.people, found.near) == (2, 1)
    assert (found.used, found.whole) == (Decimal(3199), Decimal(4000))


def test_somebodys_own_limit_goes_before_everybodys(team: Team) -> None:
    own = {"hard_limit_override_dollars": 5, "monthly_limit_dollars": 50}
    factories.snapshot(team, START, DAY, "a", on_demand=500, **own)
    [read] = readings(team, CYCLE)
    assert read.limit == 500
    assert read.is_over


def test_an_override_of_nothing_is_none(team: Team) -> None:
    """The vendor says 0 of everybody without one; older accounts say nothing else."""
    for email, monthly in (("a", None), ("b", 50), ("c", 0)):
        given = {"hard_limit_override_dollars": 0, "monthly_limit_dollars": monthly}
        factories.snapshot(team, START, DAY, email, on_demand=100, **given)
    limits_read = [read.limit for read in readings(team, CYCLE)]
    assert limits_read == [None, Decimal(5000), Decimal(0)]


def test_whoever_spent_anything_is_over_a_limit_of_nothing(team: Team) -> None:
    for email, cents in (("a", 0), ("b", 1)):
        factories.snapshot(
            team, START, DAY, email, on_demand=cents, effective_limit_dollars=0
        )
    thrifty, over = readings(team, CYCLE)
    assert not thrifty.is_near and not thrifty.is_over
    assert over.is_near and over.is_over
    found = limits(readings(team, CYCLE))
    assert found
    assert (found.people, found.near, found.whole) == (2, 1, Decimal(0))


def test_without_limits_there_is_nothing_to_be_near(team: Team) -> None:
    factories.snapshot(team, START, DAY, "a", on_demand=500)
    assert limits(readings(team, CYCLE)) is None
