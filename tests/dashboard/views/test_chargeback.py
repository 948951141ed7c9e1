"""The charge-back of a month: page and file."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from dashboard import grouping
from dashboard.grouping import Facts
from dashboard.models import Capability, Stream
from tests import factories
from tests.dashboard.conftest import World
from tests.factories import DAY

URL = "/dashboard/charge-back/"


@pytest.fixture
def month(world: World) -> str:
    """Of the newest usage; Ada is in a group since the last of its days."""
    day = world.today - 3 * DAY
    group = grouping.create(world.team, Facts("Platform", "CC-100"), "me")
    grouping.add(group, "ada@example.com", day, None, "me")
    return f"{day:%Y-%m}"


def test_the_file_adds_up_to_the_month(alice: Client, month: str) -> None:
    answer = alice.get("/dashboard/charge-back.csv", {"month": month})
    text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert {row["Month"] for row in rows} == {month}
    *groups, total = rows
    assert [row["Group"] for row in groups] == ["Platform", "In no group"]
    for column in ("Total", "Included", "On-demand", "Share (percent)"):
        parts = sum(Decimal(row[column]) for row in groups)
        assert parts == Decimal(total[column])
    assert total["Share (percent)"] == "100"


def test_the_page_says_what_is_missing(
    alice: Client, world: World, month: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(15):
        html = alice.get(URL, {"month": f"{world.today:%Y-%m}"}).content.decode()
    assert "The month is not over" in html
    assert "CC-100" in html
    assert "no billing groups" in html
    old = alice.get(URL, {"month": "2020-02"}).content.decode()
    assert "Not every day of this month was fetched" in old


def test_a_key_without_billing_groups_is_told(
    alice: Client, world: World, month: str
) -> None:
    refused = Capability.State.REFUSED
    factories.capability(world.team, Stream.GROUPS, refused, "Enterprise alone.")
    html = alice.get(URL).content.decode()
    assert "not available with this key: Enterprise alone." in html


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026/01", "０００１-01"])
def test_what_is_no_month_is_refused_by_name(
    alice: Client, world: World, text: str
) -> None:
    answer = alice.get(URL, {"month": text})
    assert answer.status_code == 400
    assert "<h1>Month must be a month like 2026-01." in answer.content.decode()


@pytest.mark.parametrize("text", ["0001-01", "9999-12"])
def test_the_ends_of_the_calendar_are_months(
    alice: Client, world: World, text: str
) -> None:
    assert alice.get(URL, {"month": text}).status_code == 200
