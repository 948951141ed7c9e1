"""The reconciliation page and its file."""

import csv
from decimal import Decimal
from io import StringIO

from django.test import Client

from dashboard.models import BillingGroup
from dashboard.periods import month_later
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


def test_people_are_named_and_lead_to_their_pages(alice: Client, world: World) -> None:
    html = alice.get(URL).content.decode()
    assert '<a href="/dashboard/people/ada@example.com/">Ada</a>' in html


def test_a_cycle_without_a_gauge_is_compared_with_the_billing_groups(
    alice: Client, world: World
) -> None:
    start = month_later(world.cycle, -1)
    group = BillingGroup.objects.create(
        team=world.team, cycle_start=start, spend_cents=50, synced_at=start
    )
    who = {"email": "gone@example.com", "spend_cents": 50, "synced_at": start}
    group.memberships.create(user_id="7", **who)
    html = alice.get(URL + "?period=last-cycle").content.decode()
    assert "its gauge was not read in this cycle" in html
    assert '<th scope="row">gone@example.com</th>' in html


def test_the_file_has_everybody(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/reconciliation.csv")
    text = b"".join(answer).decode("utf-8-sig")
    rows = {row["Person"]: row for row in csv.DictReader(StringIO(text))}
    assert Decimal(rows["ada@example.com"]["Difference"]) == Decimal("-0.0215068")
    assert rows["bob@example.com"]["State"] == "May be explained"


def test_a_member_does_not_see_it(bob: Client, world: World) -> None:
    assert bob.get(URL).status_code == 403
