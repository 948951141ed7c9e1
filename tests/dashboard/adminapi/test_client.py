"""Lists that come in pages, from a vendor that is helpful and one that is not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from dashboard.adminapi import errors
from dashboard.adminapi.client import DAY_MS, AdminApi
from dashboard.adminapi.http import Http
from tests.vendor import PEOPLE, Vendor

Json = dict[str, Any]
FIRST = 1_750_000_000_000


def events_of(count: int) -> list[Json]:
    return [
        {"timestamp": str(FIRST + n), "model": "m", "kind": "Usage-based"}
        for n in range(count)
    ]


def event_page(body: Json, rows: list[Json], total: int | None = None) -> Json:
    """A page in the documented envelope."""
    size, page = body["pageSize"], body["page"]
    return {
        "totalUsageEventsCount": len(rows) if total is None else total,
        "pagination": {
            "numPages": -(-len(rows) // size),
            "currentPage": page,
            "pageSize": size,
            "hasNextPage": page * size < len(rows),
            "hasPreviousPage": page > 1,
        },
        "usageEvents": rows[(page - 1) * size : page * size],
    }


def client(answer: Callable[[str, Json], Json | int]) -> AdminApi:
    """An API that is one function: path and body in, JSON or a status out."""

    def handle(request: httpx.Request) -> httpx.Response:
        body = msgspec.json.decode(request.content) if request.content else {}
        given = answer(request.url.path, body)
        if isinstance(given, int):
            return httpx.Response(given, json={"error": "x", "message": "x"})
        return httpx.Response(200, json=given)

    transport = httpx.MockTransport(handle)
    return AdminApi(Http("https://api.example.org", "k", transport, lambda _: None))


def test_events_of_all_pages_are_read_and_dates_are_sent_as_numbers() -> None:
    rows, asked = events_of(2500), []

    def answer(path: str, body: Json) -> Json:
        asked.append(body)
        return event_page(body, rows)

    walk = client(answer).usage_events(0, 5000)
    assert [event.timestamp_ms for event in walk.records] == [
        FIRST + n for n in range(2500)
    ]
    assert walk.announced == 2500
    assert [body["page"] for body in asked] == [1, 2, 3]
    assert asked[0] == {"startDate": 0, "endDate": 5000, "page": 1, "pageSize": 1000}


def test_a_page_size_that_is_refused_falls_to_the_next() -> None:
    rows = events_of(150)
    api = client(lambda path, b: 400 if b["pageSize"] > 100 else event_page(b, rows))
    assert len(api.usage_events(0, 5000).records) == 150


def test_a_request_that_is_refused_at_every_size_is_an_error() -> None:
    with pytest.raises(errors.RequestRefused):
        client(lambda path, body: 400).usage_events(0, 5000)


def test_rows_that_move_between_pages_are_read_again() -> None:
    rows, calls = events_of(1500), []

    def answer(path: str, body: Json) -> Json:
        calls.append(body["page"])
        moved = len(calls) == 2
        return event_page(body, rows + events_of(1) if moved else rows)

    assert len(client(answer).usage_events(0, 5000).records) == 1500
    assert calls == [1, 2, 1, 2]


def test_a_count_that_is_never_reached_is_an_error_and_not_a_gap() -> None:
    api = client(lambda path, body: event_page(body, events_of(10), total=11))
    with pytest.raises(errors.PagesMoved):
        api.usage_events(0, 5000)


def test_no_events_is_an_empty_walk() -> None:
    walk = client(lambda path, body: event_page(body, [])).usage_events(0, 5000)
    assert (walk.announced, walk.records) == (0, ())


def test_daily_usage_is_asked_in_slices_and_a_refused_slice_is_halved() -> None:
    spans: list[int] = []

    def answer(path: str, body: Json) -> Json | int:
        days = (body["endDate"] - body["startDate"] + 1) // DAY_MS
        spans.append(days)
        if days > 8:
            return 400
        row = {"date": body["startDate"], "email": "a@x.org", "chatRequests": 1}
        return {"data": [row], "pagination": {"hasNextPage": False}}

    records = client(answer).daily_usage(0, 40 * DAY_MS - 1)
    assert spans[0] == 30
    assert len({record.day for record in records}) == len(records) == 6


def test_daily_usage_of_the_first_generation_came_without_pages() -> None:
    row = {"date": 0, "email": "a@x.org"}
    api = client(lambda path, body: {"data": [row] * 300})
    assert len(api.daily_usage(0, DAY_MS - 1)) == 300


def spend_page(body: Json, people: int, members: int | None = None) -> Json:
    start = (body["page"] - 1) * body["pageSize"]
    ids = range(start, min(people, start + body["pageSize"]))
    return {
        "teamMemberSpend": [{"email": f"p{n}@x.org", "spendCents": n} for n in ids],
        "subscriptionCycleStart": 1708992000000,
        "totalMembers": people if members is None else members,
        "totalPages": -(-people // body["pageSize"]),
    }


def test_spend_of_all_pages_is_read() -> None:
    report = client(lambda path, body: spend_page(body, 250)).spend()
    assert len(report.records) == 250
    assert report.cycle_start_ms == 1708992000000


def test_spend_without_a_page_count_ends_at_a_short_page() -> None:
    def answer(path: str, body: Json) -> Json:
        return {k: v for k, v in spend_page(body, 250).items() if k != "totalPages"}

    assert len(client(answer).spend().records) == 250


def test_a_team_that_changes_while_its_spend_is_read_is_read_again() -> None:
    calls: list[int] = []

    def answer(path: str, body: Json) -> Json:
        calls.append(body["page"])
        return spend_page(body, 150, members=151 if len(calls) == 1 else 150)

    assert len(client(answer).spend().records) == 150
    assert calls == [1, 2, 1, 2]


def test_a_list_that_never_ends_is_an_error() -> None:
    page = {"data": [{"date": 0}], "pagination": {"hasNextPage": True}}
    with pytest.raises(errors.Unreadable, match="never came to an end"):
        client(lambda path, body: page).daily_usage(0, 1)


def test_the_simulator_is_read_whole(
    vendor: Vendor, api: AdminApi, now: datetime
) -> None:
    end = int(now.timestamp() * 1000)
    walk = api.usage_events(end - 7 * DAY_MS, end)
    assert walk.announced == len(walk.records) > 0
    first = now.date() - timedelta(days=400)
    served = sum(Decimal(r["charged_cents"]) for r in vendor.totals(first, now.date()))
    everything = api.usage_events(0, end)
    assert sum(r.cost_cents or 0 for r in everything.records) == served
    assert 0 < len(api.members()) <= PEOPLE + 1
    spend = api.spend()
    assert datetime.fromtimestamp(spend.cycle_start_ms / 1000, UTC) <= now
    assert {r.day for r in api.daily_usage(end - 3 * DAY_MS, end)} <= {
        now.date() - timedelta(days=n) for n in range(5)
    }
