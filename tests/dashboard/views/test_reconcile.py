"""The reconciliation page and its file."""

import csv
from decimal import Decimal
from io import StringIO

from django.test import Client

from tests.dashboard.conftest import World

URL = "/dashboard/reconciliation/"


def test_differences_are_shown_with_what_may_explain_them(
    alice: Client, world: World
) -> None:
    html = alice.get(URL).content.decode()
    assert "ada@example.com" in html
    assert 'data-value="-2.15068"' in html


def test_the_last_cycle_can_be_looked_at(alice: Client, world: World) -> None:
    html = alice.get(URL + "?period=last-cycle").content.decode()
    assert "nothing to compare with" in html


def test_the_file_has_everybody(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/reconciliation.csv")
    text = b"".join(answer).decode("utf-8-sig")
    rows = {row["Person"]: row for row in csv.DictReader(StringIO(text))}
    assert Decimal(rows["ada@example.com"]["Difference"]) == Decimal("-0.0215068")
    assert rows["bob@example.com"]["State"] == "May be explained"


def test_a_member_does_not_see_it(bob: Client, world: World) -> None:
    assert bob.get(URL).status_code == 403
