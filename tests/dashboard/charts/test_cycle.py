from dataclasses import replace
from datetime import UTC, date, datetime

from django.db import transaction

from dashboard.charts import CHARTS, Drawn, draw
from dashboard.filters import Measure
from dashboard.periods import Cycle, first_ms, midnight
from dashboard.rollups import rebuild
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
    assert now.values == (1, 1, 1, 1, 5, *[None] * 26)
    assert before.values[:3] == (0, 10, 10)
    assert before.values[-2:] == (10, 15)
    assert len(before.values) == 31


def test_half_of_a_last_cycle_is_not_shown(team: Team) -> None:
    factories.rollup(team, FIRST, "1")
    factories.rollup(team, date(2026, 10, 31), "5")
    assert [s.label for s in drawn(team, COVERED).series] == ["This cycle"]


def test_a_day_that_a_cycle_starts_on_is_cut(team: Team) -> None:
    """It starts at noon, and an event at noon is in it."""
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    cycle = Cycle(noon, datetime(2026, 12, 1, 12, tzinfo=UTC), True)
    october = date(2026, 10, 1)
    for day, cents in ((october, "1"), (FIRST, "4")):
        factories.event(team, day, cents)
        early = factories.event(team, day, "100", kind="free")
        early.timestamp_ms = first_ms(midnight(day))
        early.save()
    with transaction.atomic():
        rebuild(team, [october, FIRST])
    question = replace(asking(team), covered=LONG, cycle=cycle)
    now, before = draw(CHARTS["cumulative-spend"], question).series
    assert now.values[:6] == (4, 4, 4, 4, 4, None)
    assert (before.values[0], before.values[-2:]) == (1, (1, 101))
    only_included = replace(question.filters, measure=Measure.INCLUDED)
    question = replace(question, filters=only_included)
    now, before = draw(CHARTS["cumulative-spend"], question).series
    assert (now.values[0], before.values[-1]) == (4, 1)
