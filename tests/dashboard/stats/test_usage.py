from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from dashboard.models import EventKind
from dashboard.periods import Period
from dashboard.stats.usage import By, Spend, spend, usage
from tests import factories
from tokens.models import Team

DAY = date(2026, 11, 20)
NEXT = date(2026, 11, 21)
PERIOD = Period(DAY, NEXT)


def test_sums_are_exact_to_eight_decimals_of_a_cent(team: Team) -> None:
    for model in "abc":
        factories.rollup(team, DAY, "0.10000001", model=model)
    (row,) = usage(team, PERIOD, [By.DAY])
    assert row.charged_cents == Decimal("0.30000003")
    assert (row.day, row.events) == (DAY, 3)


def test_rows_are_sorted_by_their_dimensions(team: Team) -> None:
    for day, email in ((NEXT, "a@x.org"), (DAY, "B@x.org"), (DAY, "a@x.org")):
        factories.rollup(team, day, email=email)
    rows = usage(team, PERIOD, [By.MEMBER, By.DAY])
    assert [(r.day, r.email) for r in rows] == [
        (DAY, "B@x.org"),
        (DAY, "a@x.org"),
        (NEXT, "a@x.org"),
    ]


def test_only_the_team_and_the_days_asked_for_are_summed(team: Team) -> None:
    factories.rollup(team, DAY, "1")
    factories.rollup(team, date(2026, 11, 22), "10")
    factories.rollup(factories.team("other"), DAY, "100")
    (row,) = usage(team, PERIOD, [By.KIND])
    assert row.charged_cents == 1


def test_nothing_used_gives_no_rows(team: Team) -> None:
    assert usage(team, PERIOD, [By.DAY]) == []
    assert usage(team, PERIOD, []) == []


def test_without_dimensions_there_is_one_row_of_all(team: Team) -> None:
    factories.rollup(team, DAY, "1", input_tokens=5)
    factories.rollup(team, DAY, "2", kind=EventKind.FREE, unpriced_events=1)
    (row,) = usage(team, PERIOD, [])
    assert row.charged_cents == 3
    assert (row.input_tokens, row.unpriced_events) == (5, 1)


def test_withdrawn_events_are_summed_apart(team: Team) -> None:
    synced = factories.event(team, DAY, "7").synced_at
    factories.event(team, DAY, "2.5", withdrawn_at=synced, input_tokens=4)
    factories.event(team, DAY, None, withdrawn_at=synced)
    (row,) = usage(team, PERIOD, [By.DAY], withdrawn=True)
    assert (row.charged_cents, row.events, row.unpriced_events) == (
        Decimal("2.5"),
        2,
        1,
    )
    assert (row.input_tokens, row.output_tokens) == (4, 0)


def test_the_total_holds_what_is_neither_on_demand_nor_included(team: Team) -> None:
    for kind, cents in zip(EventKind, ("1", "2", "4", "8", "16"), strict=True):
        factories.rollup(team, DAY, cents, kind=kind)
    whole = spend(usage(team, PERIOD, [By.KIND]))
    assert [whole.on_demand, whole.included, whole.other] == list(
        map(Decimal, (1, 2, 28))
    )
    assert whole.total == 31
    assert whole.events == 5


def test_nothing_spent_is_zero_and_not_unknown() -> None:
    assert Spend().total == 0


@pytest.mark.parametrize("by", list(By))
def test_each_dimension_is_one_query(
    team: Team, by: By, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        usage(team, PERIOD, [by])
