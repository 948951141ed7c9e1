"""No page reads the table of events: it has millions of rows, and pages have sums.

Two things are nowhere else: one person's own events, and the part of a UTC day that
belongs to a billing cycle before it is kept. An index leads to both.
"""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.models import LocalGroup, UsageEvent
from tests.dashboard.conftest import World
from tests.dashboard.test_routes import identity
from tests.routes import Kind, Route, of_kind

TABLE = UsageEvent._meta.db_table
DAY_MS = 86_400_000
OF_ONE_PERSON = ("me", "my-events", "person", "person-events")
BETWEEN = re.compile(r"timestamp_ms\"? BETWEEN (\d+) AND (\d+)")
# A step of SQLite's plan; `e` is the table in statements of our own.
READ = re.compile(rf"(SCAN|SEARCH) ({TABLE}|e)\b")
KEY = ("email", "timestamp_ms")


@pytest.fixture
def named(world: World) -> World:
    """With the group and the time in it whose numbers the routes' examples have."""
    group = LocalGroup.objects.create(pk=1, team=world.team, name="Platform")
    group.members.create(pk=1, email="ada@example.com", first_day=world.today)
    return world


@pytest.mark.parametrize("route", of_kind(Kind.PAGE, Kind.PART), ids=identity)
def test_no_page_scans_the_events(root: Client, named: World, route: Route) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert root.get(f"{route.url}?period=year").status_code in (200, 302)
    for statement in (query["sql"] for query in asked):
        if TABLE in statement:
            assert route.name in OF_ONE_PERSON or is_within_a_day(statement), statement
            assert is_led_by_an_index(statement), statement


def test_what_is_forbidden_is_noticed(world: World) -> None:
    everything = f"SELECT COUNT(*) FROM {TABLE} WHERE model = 'opus'"
    assert not is_led_by_an_index(everything)
    assert not is_within_a_day(everything)
    week = f"{everything} AND timestamp_ms BETWEEN 0 AND {7 * DAY_MS}"
    assert not is_within_a_day(week)


def is_within_a_day(statement: str) -> bool:
    spans = [(int(first), int(last)) for first, last in BETWEEN.findall(statement)]
    return bool(spans) and all(last - first < DAY_MS for first, last in spans)


def is_led_by_an_index(statement: str) -> bool:
    """A small table would be read whole: PostgreSQL is told not to."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            plan = [row[3] for row in cursor if READ.match(row[3])]
            assert plan
            return all("INDEX" in step and _has_key(step) for step in plan)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = [row[0] for row in cursor]
        cursor.execute("SET LOCAL enable_seqscan = on")
    conditions = [step for step in plan if "Index Cond" in step]
    scans = any(f"Seq Scan on {TABLE}" in step for step in plan)
    return not scans and any(_has_key(step) for step in conditions)


def _has_key(step: str) -> bool:
    return any(column in step for column in KEY)
