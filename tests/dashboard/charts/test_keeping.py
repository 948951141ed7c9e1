from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from dashboard.charts import CHARTS, Question, draw, kept_drawing, name
from dashboard.filters import Measure
from dashboard.periods import DAY
from tests import factories
from tests.dashboard.charts.conftest import FIRST, asking, not_fetched
from tokens.models import Team

CHART = CHARTS["daily-spend"]


def test_a_kept_drawing_is_the_same_and_asks_nothing(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    factories.rollup(team, FIRST, "60.34932")
    question = asking(team)
    first = kept_drawing(CHART, question, 1)
    with django_assert_num_queries(0):
        again = kept_drawing(CHART, question, 1)
    assert first == again == draw(CHART, question)


def filtered(question: Question, **changes: Any) -> Question:
    return replace(question, filters=replace(question.filters, **changes))


@pytest.mark.parametrize(
    "changed",
    [
        not_fetched,
        lambda q: replace(q, today=q.today + DAY),
        lambda q: replace(q, cycle=q.cycle.before()),
        lambda q: replace(q, team=Team(pk=2)),
        lambda q: filtered(q, measure=Measure.INCLUDED),
        lambda q: filtered(q, email=""),
        lambda q: filtered(q, group=0),
        lambda q: filtered(q, period=q.period.first(2)),
    ],
)
def test_whatever_it_follows_from_is_in_its_name(
    changed: Callable[[Question], Question],
) -> None:
    question = asking(Team(pk=1))
    assert name(CHART, question, 1) != name(CHART, changed(question), 1)


def test_so_are_the_version_the_chart_and_the_language() -> None:
    question = asking(Team(pk=1))
    names = {name(CHART, question, 1), name(CHART, question, 2)}
    names.add(name(CHARTS["requests"], question, 1))
    with translation.override("tr"):
        names.add(name(CHART, question, 1))
    assert len(names) == 4


def test_another_release_reads_none_of_this_ones_drawings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = asking(Team(pk=1))
    ours = name(CHART, question, 1)
    monkeypatch.setattr("dashboard.kept._code", lambda: "of another release")
    assert name(CHART, question, 1) != ours
