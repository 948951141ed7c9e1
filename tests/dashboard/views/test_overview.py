import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO
from json import loads
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.models import SpendSnapshot, Stream, SyncState, SyncWindow
from dashboard.periods import midnight
from dashboard.sync.fetch import FETCH
from tests import factories
from tests.dashboard.conftest import World
from tests.factories import DAY
from tokens.models import Attention, Team

URL = "/dashboard/"


class Values(HTMLParser):
    """The `data-value` of each cell of the chart's table, per row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        start = html.index("<table data-chart-table")
        self.feed(html[start : html.index("</table>", start)])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        if tag == "time" and self.rows:
            self.rows[-1].append(found["datetime"] or "")
        if "data-value" in found:
            self.rows[-1].append(found["data-value"] or "")


def body(client: Client, query: str = "") -> str:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return answer.content.decode()


def report(world: World, by: str) -> list[dict[str, Any]]:
    out = StringIO()
    start = str(world.today - 30 * DAY)
    arguments = ("--by", by, "--start", start, "--format", "json")
    call_command("usage_report", *arguments, stdout=out)
    found: list[dict[str, Any]] = loads(out.getvalue())
    return found


def test_the_table_equals_the_report_and_the_chart(alice: Client, world: World) -> None:
    query = f"?start={world.today - 30 * DAY}"
    html = body(alice, query)
    rows = {row[0]: row[1:] for row in Values(html).rows[1:-1]}
    path = re.findall(r'data-chart="([^"]+)"', html)[0].replace("&amp;", "&")
    chart = alice.get(path).json()
    expected = {
        (r["day"], r["model"]): r["charged_cents"] for r in report(world, "day,model")
    }
    models = [d["label"] for d in chart["datasets"]]
    for index, day in enumerate(chart["labels"]):
        for column, model in enumerate(models):
            cents = expected.get((day, model), "0")
            assert rows[day][column] == cents
            drawn = chart["datasets"][column]["data"][index]
            assert round(Decimal(drawn) * 100, 8) == Decimal(cents)
    assert sum(Decimal(v) for v in expected.values()) == Decimal(
        Values(html).rows[-1][-1]
    )


def test_it_shows_the_three_numbers_of_the_cycle(alice: Client, world: World) -> None:
    html = body(alice)
    for cents in ("75.84932", "63.34932", "12.5"):
        assert f'<data value="{cents}">' in html
    assert "Day 10 of" in html
    assert "Cursor’s own gauge said <strong>$0.75</strong>" in html


def test_the_cycle_before_is_shown_where_all_of_it_is_known(
    alice: Client, world: World
) -> None:
    assert "from $0.40" in body(alice)
    SyncWindow.objects.update(
        start_ms=int((world.cycle - timedelta(days=5)).timestamp() * 1000)
    )
    assert "from $0.40" not in body(alice)


def test_on_the_first_day_of_a_cycle_there_is_nothing_to_compare_with(
    alice: Client, world: World
) -> None:
    sentence = "as many days of the cycle before"
    assert sentence in body(alice)
    start = midnight(world.today)
    factories.snapshot(world.team, start, world.today, "ada@example.com", total=0)
    cache.clear()
    assert sentence not in body(alice)


def test_a_gauge_of_unknown_meaning_is_told_as_it_came(
    alice: Client, world: World
) -> None:
    SpendSnapshot.objects.update(
        spend_raw=321, on_demand=None, included=None, total=None
    )
    assert "Cursor’s own gauge said <strong>$3.21</strong> at" in body(alice)
    assert "(spendCents), and not what that covers" in body(alice)


def test_each_notice_leads_to_where_it_is_mended(alice: Client, world: World) -> None:
    for kind in ("schema", "quarantine", "token"):
        Attention.objects.create(
            team=world.team, kind=kind, text=f"A {kind}.", since=datetime.now(UTC)
        )
    html = body(alice)
    assert '<a href="/dashboard/sync/">A schema.</a>' in html
    assert '<a href="/dashboard/sync/">A quarantine.</a>' in html
    assert '<a href="/dashboard/gateway/">A token.</a>' in html


def test_it_says_how_complete_it_is(alice: Client, world: World) -> None:
    html = body(alice)
    assert "Complete up to" in html
    assert "days are provisional" in html


def test_people_are_named_and_the_departed_are_marked(
    alice: Client, world: World
) -> None:
    html = body(alice)
    assert "Ada" in html
    assert '<span class="tag">Left</span>' in html


def test_a_demo_team_says_so_and_a_real_one_does_not(
    alice: Client, world: World
) -> None:
    assert "made up by the simulator" not in body(alice)
    world.team.is_demo = True
    world.team.save()
    assert "made up by the simulator" in body(alice)


@pytest.mark.parametrize("query", ["", "?period=30d", "?split=kind", "?period=month"])
def test_its_queries_are_counted(
    alice: Client,
    world: World,
    query: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20):
        factories.member(world.team, f"{number}@example.com")
        factories.rollup(world.team, world.today, email=f"{number}@example.com")
    body(alice, query)
    with django_assert_max_num_queries(8):
        body(alice, query)
    cache.clear()
    with django_assert_max_num_queries(15):
        body(alice, query)


def test_the_first_nav_is_the_menu_with_entries_that_work(
    alice: Client, root: Client, world: World
) -> None:
    nav = re.search("<nav.*?</nav>", body(root), re.DOTALL)
    assert nav
    links = re.findall('<a href="([^"]+)"', nav[0])
    assert len(links) > 4
    assert {root.get(link).status_code for link in links} == {200}
    assert "/admin/" not in body(alice)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?start=soon", "Start"),
        ("?end=2026-02-30", "End"),
        ("?period=decade", "Period"),
        ("?split=colour", "Split"),
        ("?start=" + "9" * 10_000, "Start"),
    ],
)
def test_bad_input_is_a_page_that_names_the_field(
    alice: Client, world: World, query: str, field: str
) -> None:
    answer = alice.get(URL + query)
    assert answer.status_code == 400
    assert f"<h1>{field} must be" in answer.content.decode()


def test_any_length_of_time_is_shown(alice: Client, world: World) -> None:
    body(alice, "?start=0001-01-01&end=9999-12-31")
    body(alice, "?start=9999-12-31&end=9999-12-31")
    body(alice, "?start=0001-01-01&end=0001-01-01")


def test_a_little_money_is_no_markup_in_a_table(alice: Client, world: World) -> None:
    factories.rollup(world.team, world.today, "0.2", model="small")
    html = body(alice)
    assert '<td class="number" data-value="0.2">&lt;$0.01</td>' in html
    assert "<$0" not in html


def test_names_are_shown_harmlessly(alice: Client, world: World) -> None:
    factories.rollup(world.team, world.today, model="<script>alert(1)</script>")
    assert "<script>alert" not in body(alice)


def test_requests_without_a_cost_lead_to_whom_they_may_be_missing(
    alice: Client, world: World
) -> None:
    factories.rollup(world.team, world.today, "0", unpriced_events=1)
    link = '<a href="/dashboard/reconciliation/">1 request of this cycle came without'
    assert link in body(alice)


def test_events_that_the_key_may_not_read_are_a_sentence_not_an_empty_chart(
    alice: Client, team: Team
) -> None:
    team.sync_key = "key_0123456789"
    team.save()
    now = datetime.now(UTC)
    done = {"started_at": now, "finished_at": now, "succeeded_at": now}
    for stream in FETCH:
        factories.sync_state(team, stream, now + timedelta(hours=1), **done)
    SyncState.objects.filter(stream=Stream.EVENTS).update(succeeded_at=None)
    factories.capability(team, Stream.EVENTS, "refused", "Only on Enterprise.")
    html = body(alice)
    assert "Usage events: not available with this key." in html
    assert "Only on Enterprise." in html
    assert "has failed" not in html
    path = re.findall(r'data-chart="([^"]+)"', html)[0].replace("&amp;", "&")
    assert alice.get(path).json()["state"] == "not_available"


@pytest.mark.parametrize("query", ["?period=30d", "?period=30d&measure=on_demand"])
def test_its_chart_by_person_says_the_same_without_the_page(
    alice: Client, world: World, query: str
) -> None:
    for number in range(20):
        factories.rollup(world.team, world.today, email=f"{number}@example.com")
    factories.add_up(world.team)
    body(alice, f"{query}&split=person")
    url = f"/dashboard/chart/daily-spend-by-person.json{query}&split=person"
    with_the_page = alice.get(url).content
    cache.clear()
    assert alice.get(url).content == with_the_page
