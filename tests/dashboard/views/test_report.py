"""The report of a month: its numbers are those of the other pages."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from dashboard import grouping, rollups
from dashboard.grouping import Facts
from dashboard.models import Capability, DailyUsage, EventKind, Stream
from tests import factories
from tests.dashboard.conftest import World
from tests.factories import DAY

URL = "/dashboard/report/"


def body(client: Client, month: str = "", status: int = 200) -> str:
    answer = client.get(URL, {"month": month} if month else {})
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def month(world: World) -> str:
    """Two months back and the one before it: 80 and 40 cents, a group, counters."""
    first = (world.today.replace(day=1) - 40 * DAY).replace(day=1)
    earlier = first - 5 * DAY
    factories.window(world.team, datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC))
    world.team.usage_rollups.all().delete()
    factories.rollup(world.team, first, "60", model="opus")
    factories.rollup(world.team, first + DAY, "20", email="bob@example.com")
    factories.rollup(world.team, earlier, "40", email="bob@example.com")
    factories.add_up(world.team)
    group = grouping.create(world.team, Facts("Platform", "CC-100"), "me")
    grouping.add(group, "ada@example.com", earlier, None, "me")
    DailyUsage.objects.create(
        team=world.team,
        email="ada@example.com",
        day=first,
        is_active=True,
        total_tabs_shown=10,
        total_tabs_accepted=4,
        synced_at=datetime.now(UTC),
    )
    rollups.rebuild_activity(world.team, [first])
    return f"{first:%Y-%m}"


def test_it_has_the_months_numbers_beside_the_month_before(
    alice: Client, month: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(15):
        html = body(alice, month)
    assert '<dd data-value="80">' in html
    assert "+100%" in html
    assert "is not over" not in html and "Not every day" not in html
    groups = html[html.index('id="groups-title"') : html.index('id="top-title"')]
    assert re.findall(r'strong" data-value="(\d+)"', groups) == ["60", "20", "80"]
    assert "CC-100" in groups
    top = html[html.index('id="top-title"') : html.index('id="models-title"')]
    assert top.index("ada@example.com") < top.index("bob@example.com")
    assert "$0.40" in top
    models = html[html.index('id="models-title"') :]
    assert models.index("opus") < models.index("gpt-5")
    assert "40%" in html[html.index('id="adoption-title"') :]


def test_what_was_not_fetched_is_said(alice: Client, world: World) -> None:
    refused = Capability.State.REFUSED
    factories.capability(world.team, Stream.DAILY, refused, "Not for this plan.")
    html = body(alice, "2020-02")
    assert "Not every day of this month was fetched" in html
    assert "nothing to compare with" in html
    assert "Not available with this key: Not for this plan." in html


def test_a_month_that_runs_is_compared_by_whole_days(
    alice: Client, world: World
) -> None:
    html = body(alice, f"{world.today:%Y-%m}")
    assert "The month is not over" in html


def test_a_lead_does_not_see_it(world: World, bob: Client) -> None:
    body(bob, status=403)


def figures(html: str) -> dict[str, str]:
    """The first list of figures, changes left out."""
    first = html[html.index('<dl class="figures card">') : html.index("</dl>")]
    return dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>(\$[\d.,]+)", first))


def test_other_money_is_shown_where_there_is_some(
    alice: Client, world: World, month: str
) -> None:
    assert "Other" not in figures(body(alice, month))
    first = date.fromisoformat(f"{month}-01")
    factories.rollup(world.team, first, "417.5", kind=EventKind.ERRORED)
    factories.rollup(world.team, first, "30.4", kind=EventKind.ON_DEMAND)
    factories.add_up(world.team)
    found = figures(body(alice, month))
    parts = [found[name] for name in ("Included", "On-demand", "Other")]
    assert found["Spend"] == "$5.28"
    assert sum(Decimal(part[1:]) for part in parts) == Decimal("5.28")
    assert Decimal(found["Other"][1:]) in (Decimal("4.17"), Decimal("4.18"))
