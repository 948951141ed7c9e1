"""What comes from the editor, and what runs by itself."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dashboard import rollups
from dashboard.models import EventKind, Origin
from dashboard.periods import DAY, Period
from dashboard.stats.origins import by_day, totals
from dashboard.stats.sources import EVERYTHING, Only
from tests import factories
from tokens.models import Team

FIRST = date(2026, 6, 1)
PERIOD = Period(FIRST, FIRST + DAY)
MARKS: list[tuple[dict[str, Any], Origin, str]] = [
    ({}, Origin.EDITOR, ""),
    ({"is_headless": False, "is_free_bugbot": False}, Origin.EDITOR, ""),
    ({"is_headless": True}, Origin.HEADLESS, ""),
    ({"is_free_bugbot": True, "is_headless": True}, Origin.BUGBOT, ""),
    ({"cloud_agent_id": "bc-1", "is_headless": True}, Origin.CLOUD_AGENT, ""),
    ({"automation_id": "a-1", "cloud_agent_id": "bc-1"}, Origin.AUTOMATION, ""),
    ({"service_account_id": "sa-1"}, Origin.SERVICE_ACCOUNT, "sa-1"),
    (
        {"service_account_id": "sa-1", "service_account_name": "CI", "email": ""},
        Origin.SERVICE_ACCOUNT,
        "CI",
    ),
]


@pytest.fixture
def team(db: None) -> Team:
    return factories.team()


def add_up(team: Team) -> None:
    rollups.rebuild(team, [FIRST, FIRST + DAY])


@pytest.mark.parametrize("only", [EVERYTHING, Only(email="ada@example.com")], ids=str)
@pytest.mark.parametrize(("marks", "origin", "name"), MARKS)
def test_an_event_has_the_first_origin_that_it_names(
    team: Team, marks: dict[str, Any], origin: Origin, name: str, only: Only
) -> None:
    factories.event(team, FIRST, "12.5", **marks)
    add_up(team)
    found = by_day(team, PERIOD, only)
    if only.email and marks.get("email") == "":
        assert found == []
        return
    (row,) = found
    assert (row.origin, row.name) == (origin, name)
    assert (row.usage.day, row.usage.events) == (FIRST, 1)
    assert row.usage.charged_cents == Decimal("12.5")


def test_the_editors_part_is_the_rest_and_shares_add_up(team: Team) -> None:
    for cents, headless in (("30", True), ("60", False), (None, True)):
        factories.event(team, FIRST, cents, is_headless=headless)
    factories.event(team, FIRST + DAY, "10", is_headless=True)
    add_up(team)
    editor, agents = totals(by_day(team, PERIOD, EVERYTHING))
    assert (editor.origin, editor.usage.charged_cents) == (Origin.EDITOR, Decimal(60))
    assert agents.usage.charged_cents == Decimal(40)
    assert agents.usage.events == 3
    assert (editor.share, agents.share) == (Decimal(60), Decimal(40))


def test_a_kind_of_money_narrows_both_parts(team: Team) -> None:
    factories.event(team, FIRST, "30", is_headless=True, kind=EventKind.ON_DEMAND)
    factories.event(team, FIRST, "50", is_headless=True, kind=EventKind.INCLUDED)
    factories.event(team, FIRST, "7", kind=EventKind.ON_DEMAND)
    add_up(team)
    found = totals(by_day(team, PERIOD, Only(kind=EventKind.ON_DEMAND)))
    assert [(row.origin, row.usage.charged_cents) for row in found] == [
        (Origin.HEADLESS, Decimal(30)),
        (Origin.EDITOR, Decimal(7)),
    ]
