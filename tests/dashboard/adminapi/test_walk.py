"""Walks over the pages of events, and which of them can be trusted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from dashboard.adminapi import errors
from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from dashboard.adminapi.records import UsageEventRecord
from dashboard.adminapi.walk import Walk, same_pages
from tests.vendor import Vendor

pytestmark = pytest.mark.once

Json = dict[str, Any]
FIRST = 1_750_000_000_000
EXACT = msgspec.json.Decoder(float_hook=Decimal)


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


def walk(answer: Callable[[Json], Json | int]) -> Walk:
    """A walk over an API that is one function: body in, JSON or a status out."""

    def handle(request: httpx.Request) -> httpx.Response:
        given = answer(msgspec.json.decode(request.content))
        if isinstance(given, int):
            return httpx.Response(given, json={"error": "x", "message": "x"})
        return httpx.Response(200, json=given)

    transport = httpx.MockTransport(handle)
    http = Http("https://api.example.org", "k", transport, lambda _: None)
    return AdminApi(http).events(0, 5000)


def rows_of(walk: Walk) -> list[Any]:
    return [row for page in walk.pages() for row in EXACT.decode(page.raw)]


def test_all_pages_are_read_and_dates_are_sent_as_numbers() -> None:
    rows, asked = events_of(2500), []

    def answer(body: Json) -> Json:
        asked.append(body)
        return event_page(body, rows)

    walked = walk(answer)
    assert rows_of(walked) == rows
    assert (walked.announced, walked.size, len(walked.digests)) == (2500, 1000, 3)
    assert [body["page"] for body in asked] == [1, 2, 3]
    assert asked[0] == {"startDate": 0, "endDate": 5000, "page": 1, "pageSize": 1000}


@pytest.mark.parametrize(
    "without", ["pagination", "numPages", "hasNextPage", "zero", "number", "all"]
)
def test_page_counters_may_be_missing_or_zero(without: str) -> None:
    def answer(body: Json) -> Json:
        page = event_page(body, events_of(2500))
        if without in ("number", "all"):
            del page["totalUsageEventsCount"]
        if without in ("pagination", "all"):
            del page["pagination"]
        elif without == "number":
            pass
        elif without == "zero":
            page["pagination"] = {"numPages": 0, "currentPage": 0}
        else:
            del page["pagination"][without]
        return page

    assert len(rows_of(walk(answer))) == 2500


def test_a_page_size_that_is_refused_falls_to_the_next() -> None:
    rows = events_of(150)
    walked = walk(
        lambda body: 400 if body["pageSize"] > 100 else event_page(body, rows)
    )
    assert len(rows_of(walked)) == 150
    assert walked.size == 100


def test_a_request_that_is_refused_at_every_size_is_an_error() -> None:
    with pytest.raises(errors.RequestRefused):
        rows_of(walk(lambda body: 400))


def test_a_number_that_changes_between_pages_spoils_the_walk() -> None:
    def answer(body: Json) -> Json:
        return event_page(body, events_of(1500 + body["page"]))

    with pytest.raises(errors.PagesMoved, match="changed"):
        rows_of(walk(answer))


def test_a_number_that_is_never_reached_spoils_the_walk() -> None:
    with pytest.raises(errors.PagesMoved, match="11 events were announced, 10 came"):
        rows_of(walk(lambda body: event_page(body, events_of(10), total=11)))


def test_a_page_that_comes_twice_spoils_the_walk() -> None:
    rows = events_of(3000)

    def answer(body: Json) -> Json:
        return event_page(body | {"page": min(body["page"], 2)}, rows)

    with pytest.raises(errors.PagesMoved):
        rows_of(walk(answer))


def test_no_events_is_an_empty_walk() -> None:
    walked = walk(lambda body: event_page(body, []))
    assert rows_of(walked) == []
    assert (walked.announced, walked.digests) == (0, [])


@pytest.mark.parametrize(
    "answer", [[], "x", {"usageEvents": {}, "totalUsageEventsCount": 1}, {}]
)
def test_an_answer_of_another_shape_is_unreadable(answer: Any) -> None:
    with pytest.raises(errors.Unreadable):
        rows_of(walk(lambda body: answer))


def test_equal_pages_are_known_again_and_others_are_not() -> None:
    rows = events_of(2500)
    first = walk(lambda body: event_page(body, rows))
    rows_of(first)
    again = walk(lambda body: event_page(body, rows))
    rows_of(again)
    known = b"".join(first.digests)
    assert same_pages(again.digests, known)
    rows[-1]["chargedCents"] = 1
    restated = walk(lambda body: event_page(body, rows))
    rows_of(restated)
    assert not same_pages(restated.digests, known)


def test_the_simulator_is_walked_to_the_cent(
    vendor: Vendor, api: AdminApi, now: datetime
) -> None:
    everything = rows_of(api.events(0, int(now.timestamp() * 1000)))
    first = now.date() - timedelta(days=400)
    served = sum(Decimal(r["charged_cents"]) for r in vendor.totals(first, now.date()))
    read = [UsageEventRecord.read(row) for row in everything]
    assert sum(record.cost_cents or Decimal(0) for record in read) == served
