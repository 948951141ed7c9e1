from datetime import UTC, date, datetime
from decimal import Decimal

from dashboard.periods import Cycle
from dashboard.stats.gauge import gauge
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
    found = gauge(team, CYCLE)
    assert found
    assert (found.on_demand, found.included) == (Decimal(4), Decimal("5.5"))
    assert found.total == 10
    assert found.read_at == datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_half_a_sum_is_not_given_as_a_whole_one(team: Team) -> None:
    factories.snapshot(team, START, DAY, "ada@x.org", on_demand=1, included=2, total=3)
    factories.snapshot(team, START, DAY, "bob@x.org", total=1)
    found = gauge(team, CYCLE)
    assert found and found.on_demand is found.included is None
    assert found.total == 4


def test_another_cycle_is_not_this_one(team: Team) -> None:
    factories.snapshot(team, END, DAY, "ada@x.org", total=3)
    assert gauge(team, CYCLE) is None
