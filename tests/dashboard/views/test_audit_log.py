"""The audit log: to whom, which events, page by page, and as a file."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from dashboard.adminapi.auditlog import AuditRecord
from dashboard.audit_log import events
from dashboard.models import AuditDay, Stream
from dashboard.sync.audit import save_audit
from dashboard.verifying import differences
from tests import factories
from tests.dashboard.conftest import World, signed_in
from tokens.models import Change, Team

URL = "/dashboard/audit-log/"
CSV = "/dashboard/audit-log.csv"
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
KEY = "crsr_" + "3f2a9c8e7d6b5a4f" * 4


def happened(team: Team, number: int, kind: str = "login", **fields: Any) -> None:
    at = NOW - timedelta(days=1, minutes=fields.pop("minutes", number))
    given = {"email": "ada@example.com", "ip_address": "192.0.2.1", "data": {}} | fields
    record = AuditRecord(
        event_id=f"evt_{number}",
        at_ms=int(at.timestamp() * 1000),
        type=kind,
        **given,
    )
    save_audit(team, [record], NOW)


def body(client: Client, query: str = "") -> str:
    answer = client.get(URL + (query or "?period=7d"))
    assert answer.status_code == 200
    return answer.content.decode()


def kinds(html: str) -> list[str]:
    return re.findall(r"</th><td>([^<]+)</td>", html)


def file(client: Client, query: str) -> list[dict[str, str]]:
    answer: Any = client.get(CSV + query)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def log(world: World) -> Team:
    team = world.team
    happened(team, 1)
    happened(team, 2, "team_settings", data={"to": "Şule", "key": KEY})
    happened(team, 3, "remove_user", email="eve@example.org", ip_address="198.51.100.7")
    happened(team, 4, minutes=60 * 24 * 40)
    factories.window(team, NOW - timedelta(days=60), NOW, stream=Stream.AUDIT)
    return team


def test_the_newest_come_first_with_their_people(alice: Client, log: Team) -> None:
    html = body(alice)
    assert kinds(html) == ["login", "team_settings", "remove_user"]
    assert 'href="/dashboard/people/ada@example.com/?period=7d">Ada</a>' in html
    assert "<td>eve@example.org</td>" in html
    assert "Complete up to" in html


def test_only_admins_see_it(log: Team) -> None:
    for role in ("analyst", "lead", "member"):
        factories.user(f"{role}@example.com", log, role)
        client = signed_in(f"{role}@example.com")
        for url in (URL, CSV):
            answer = client.get(url)
            assert answer.status_code == 403
            assert b"192.0.2.1" not in answer.content
        assert URL.encode() not in client.get("/dashboard/me/").content


def test_no_key_is_shown_or_exported(alice: Client, log: Team) -> None:
    assert KEY not in body(alice)
    assert f"<dd>…{KEY[-4:]}</dd>" in body(alice)
    [row] = file(alice, "?period=7d&type=team_settings")
    assert KEY not in row["data"] and "Şule" in row["data"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=login", ["login"]),
        ("email=eve@example.org", ["remove_user"]),
        ("q=ŞULE", ["team_settings"]),
        ("q=remove+198.51", ["remove_user"]),
        ("q=ada+login", ["login"]),
        ("q=nothing-of-it", []),
    ],
)
def test_page_and_file_are_narrowed_alike(
    alice: Client, log: Team, query: str, found: list[str]
) -> None:
    assert kinds(body(alice, f"?period=7d&{query}")) == found
    assert [row["type"] for row in file(alice, f"?period=7d&{query}")] == found


def test_kinds_are_counted_over_the_period(alice: Client, log: Team) -> None:
    html = body(alice, "?period=7d&type=login")
    said = re.findall(r">([\w ]+) <span class=\"kind-number\">(\d+)<", html)
    assert said[:2] == [("All kinds", "3"), ("login", "1")]
    html = body(alice, "?period=90d&email=ada@example.com")
    assert '>login <span class="kind-number">2<' in html


def test_counts_follow_an_event_that_moved(log: Team) -> None:
    happened(log, 1, minutes=60 * 48)
    assert "audit day" not in {found.table for found in differences(log)}
    assert AuditDay.objects.filter(team=log, type="login").count() == 2


def test_pages_hold_every_event_once(
    alice: Client, log: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SHOWN", 2)
    monkeypatch.setattr(events, "BLOCK", 2)
    for number in range(10, 14):
        happened(log, number, f"kind_{number}", minutes=5)
    seen, query = [], "?period=7d"
    while query:
        html = body(alice, query)
        seen += kinds(html)
        older = re.search(r'href="(\?[^"]+before[^"]+)">Older', html)
        query = older[1].replace("&amp;", "&") if older else ""
    assert sorted(seen) == sorted(row["type"] for row in file(alice, "?period=7d"))
    assert len(seen) == 7


def test_a_search_stops_and_goes_on_where_it_stopped(
    alice: Client, log: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LOOKED_AT", 1)
    html = body(alice, "?period=7d&q=remove_user")
    assert "Nothing found back to" in html
    found = re.search(r'href="(\?[^"]+)">Look further back', html)
    assert found
    assert kinds(body(alice, found[1].replace("&amp;", "&"))) == ["remove_user"]


def test_times_are_of_the_teams_zone_with_utc_beneath(alice: Client, log: Team) -> None:
    Team.objects.update(time_zone="Asia/Tokyo")
    html = body(alice)
    assert "20:59:00</time>" in html and "11:59 UTC" in html
    assert "Times are of Asia/Tokyo" in html


def test_what_is_empty_says_why(alice: Client, world: World) -> None:
    assert "has not been fetched yet" in body(alice)
    said = "This key may not read the audit log."
    factories.capability(world.team, Stream.AUDIT, "refused", said)
    html = body(alice)
    assert f"Not available with this key:</span> {said}" in html or said in html
    factories.window(world.team, NOW - timedelta(days=9), NOW, stream=Stream.AUDIT)
    assert "Nothing happened in these days" in body(alice)
    assert "matches the filters" in body(alice, "?q=x")


@pytest.mark.parametrize("field", ["before", "q", "type", "start"])
def test_bad_input_is_named(alice: Client, log: Team, field: str) -> None:
    answer = alice.get(f"{URL}?{field}=%01")
    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_who_took_it_is_written_down(alice: Client, log: Team) -> None:
    file(alice, "?period=7d&q=ada")
    change = Change.objects.get(action="audit.exported")
    assert change.actor == "alice@example.com"
    assert change.after == {"period": "7d", "q": "ada"}


@pytest.mark.parametrize(
    "query", ["", "&type=login", "&email=ada@example.com", "&q=zzz"]
)
def test_few_queries_and_an_index_leads_to_the_events(
    alice: Client,
    log: Team,
    query: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with (
        CaptureQueriesContext(connection) as asked,
        django_assert_max_num_queries(15),
    ):
        body(alice, f"?period=year{query}")
    reads = [q["sql"] for q in asked if '"dashboard_auditevent"' in q["sql"]]
    assert reads
    for statement in reads:
        assert "audit_event_" in plan(statement), statement


def plan(statement: str) -> str:
    """A small table would be read whole: PostgreSQL is told not to."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}")
        told = str(cursor.fetchall())
        if connection.vendor != "sqlite":
            cursor.execute("SET LOCAL enable_seqscan = on")
    return told
