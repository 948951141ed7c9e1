from dataclasses import replace
from datetime import UTC, date, datetime

from dashboard.charts import CHARTS, Drawn, draw
from dashboard.stats.freshness import Coverage
from tests import factories
from tests.dashboard.charts.conftest import COVERED, FIRST, LAST, asking
from tokens.models import Team

LONG = Coverage(datetime(2026, 9, 1, tzinfo=UTC), COVERED.until)


def drawn(team: Team, covered: Coverage) -> Drawn:
    question = replace(asking(team), covered=covered)
    return draw(CHARTS["cumulative-spend"], question)


def test_each_cycle_piles_up_from_its_first_day(team: Team) -> None:
    factories.rollup(team, FIRST, "1")
    factories.rollup(team, LAST, "4")
    factories.rollup(team, date(2026, 10, 2), "10")
    factories.rollup(team, date(2026, 10, 31), "5")
    now, before = drawn(team, LONG).series
    assert now.values == (1, 1, 1, 1, 5, *[None] * 25)
    assert before.values[:3] == (0, 10, 10)
    assert before.values[-1] == 10
    assert len(before.values) == 30


def test_half_of_a_last_cycle_is_not_shown(team: Team) -> None:
    factories.rollup(team, FIRST, "1")
    factories.rollup(team, date(2026, 10, 31), "5")
    assert [s.label for s in drawn(team, COVERED).series] == ["This cycle"]
