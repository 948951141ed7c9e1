"""Costs per request and token, and the what-if."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dashboard.models import EventKind
from dashboard.periods import Period
from dashboard.stats.models import ModelSums, by_model, what_if
from dashboard.stats.usage import By, Only, usage
from tests import factories
from tokens.models import Team

DAY = date(2026, 11, 20)
PERIOD = Period(DAY, DAY)


@pytest.fixture
def found(team: Team) -> list[ModelSums]:
    """Opus costs 3 cents for 1,000 tokens, haiku 1 for 2,000."""
    tokens: dict[str, Any] = {
        "input_tokens": 300,
        "cache_read_tokens": 600,
        "output_tokens": 100,
    }
    factories.rollup(
        team, DAY, "3", model="opus", events=3, unpriced_events=1, **tokens
    )
    factories.rollup(team, DAY, "1", model="haiku", output_tokens=2000)
    factories.rollup(team, DAY, "5", model="", kind=EventKind.ON_DEMAND)
    factories.add_up(team)
    return by_model(usage(team, PERIOD, [By.MODEL]))


def test_the_most_expensive_comes_first(found: list[ModelSums]) -> None:
    assert [one.name for one in found] == ["", "opus", "haiku"]


def test_a_request_costs_what_those_with_a_cost_do(found: list[ModelSums]) -> None:
    opus = found[1]
    assert opus.per_request == Decimal("1.5")
    assert opus.per_thousand == Decimal(3)
    assert opus.cache_share == pytest.approx(Decimal(600) * 100 / 900)


def test_without_tokens_there_is_no_price_of_a_token(found: list[ModelSums]) -> None:
    nameless = found[0]
    assert nameless.per_thousand is nameless.cache_share is None


def test_what_if_prices_the_tokens_of_all_and_keeps_what_has_none(
    found: list[ModelSums],
) -> None:
    priced = what_if(found, found[2])
    assert [row.cents for row in priced.rows] == [Decimal(5), Decimal("0.5"), 1]
    assert (priced.now, priced.cents) == (Decimal(9), Decimal("6.5"))
    assert priced.difference == Decimal("-2.5")


def test_usage_without_a_model_has_no_price(found: list[ModelSums]) -> None:
    assert [one.has_price for one in found] == [False, True, True]


def test_only_a_part_of_the_usage_can_be_asked_for(
    team: Team, found: list[ModelSums]
) -> None:
    rows = usage(team, PERIOD, [By.MODEL], only=Only(kind="on_demand"))
    assert [model.name for model in by_model(rows)] == [""]
