from dataclasses import replace
from datetime import UTC, date, datetime

from django.db import transaction

from dashboard.charts import CHARTS, Drawn, draw
from dashboard.filters import Measure
from dashboard.periods import DAY, Cycle, first_ms, midnight
from dashboard.rollups import rebuild
from dashboard.stats.freshness import Coverage, provisional_from
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


def a_hundred_days(team: Team) -> None:
    for number in range(100):
        factories.rollup(team, LAST - DAY * number, "100")


def test_what_the_cycle_is_expected_to_come_to_leads_on_from_settled_days(
    team: Team,
) -> None:
    """A hundred days of a dollar; the last two still change."""
    a_hundred_days(team)
    now, _, *ends = drawn(team, replace(LONG, since=midnight(LAST - DAY * 99))).series
    settled = (provisional_from(LAST) - DAY - FIRST).days
    for series in ends:
        assert series.values[:settled] == (None,) * settled
        assert series.values[settled] == now.values[settled]
    expected, low, high = (series.values[settled:30] for series in ends)
    assert expected == tuple(100 * (settled + 1 + n) for n in range(30 - settled))
    for of_day in zip(low, expected, high, strict=True):
        assert None not in of_day
        assert list(of_day) == sorted(of_day, key=lambda cents: cents or 0)
    assert [series.look for series in ends] == ["ahead", "edge", "band"]


def test_of_a_part_of_the_team_nothing_is_foretold(team: Team) -> None:
    a_hundred_days(team)
    covered = replace(LONG, since=midnight(LAST - DAY * 99))
    question = replace(asking(team, model="gpt-5"), covered=covered)
    found = draw(CHARTS["cumulative-spend"], question)
    assert {series.key for series in found.series} == {"this-cycle", "last-cycle"}


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
