"""Lists that come in pages, from a vendor that is helpful and one that is not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from dashboard.adminapi import errors
from dashboard.adminapi.client import DAY_MS, AdminApi
from dashboard.adminapi.http import Http
from dashboard.adminapi.notes import Notes
from tests.vendor import PEOPLE

pytestmark = pytest.mark.once

Json = dict[str, Any]


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


def test_daily_usage_is_asked_in_slices_and_a_refused_slice_is_halved() -> None:
    spans: list[int] = []

    def answer(path: str, body: Json) -> Json | int:
        days = (body["endDate"] - body["startDate"] + 1) // DAY_MS
        spans.append(days)
        if days > 8:
            return 400
        row = {"date": body["startDate"], "email": "a@x.org", "chatRequests": 1}
        return {"data": [row], "pagination": {"hasNextPage": False}}

    records = client(answer).daily_usage(0, 40 * DAY_MS - 1, Notes())
    assert spans[0] == 30
    assert len({record.day for record in records}) == len(records) == 6


@pytest.mark.parametrize("most", [200, 100, 50])
def test_pages_are_as_large_as_the_vendor_takes_them(most: int) -> None:
    def answer(path: str, body: Json) -> Json | int:
        if body["pageSize"] > most:
            return 400
        row = {"date": 0, "email": "a@x.org"}
        return {"data": [row], "pagination": {"hasNextPage": False}}

    assert len(client(answer).daily_usage(0, DAY_MS - 1, Notes())) == 1


def test_spend_falls_back_to_smaller_pages() -> None:
    def answer(path: str, body: Json) -> Json | int:
        return spend_page(body, 120) if body["pageSize"] <= 10 else 400

    assert len(client(answer).spend(Notes()).records) == 120


def test_daily_usage_of_the_first_generation_came_without_pages() -> None:
    row = {"date": 0, "email": "a@x.org"}
    api = client(lambda path, body: {"data": [row] * 300})
    assert len(api.daily_usage(0, DAY_MS - 1, Notes())) == 300


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
    report = client(lambda path, body: spend_page(body, 250)).spend(Notes())
    assert len(report.records) == 250
    assert report.cycle_start_ms == 1708992000000


def test_spend_without_a_page_count_ends_at_a_short_page() -> None:
    def answer(path: str, body: Json) -> Json:
        return {k: v for k, v in spend_page(body, 250).items() if k != "totalPages"}

    assert len(client(answer).spend(Notes()).records) == 250


def test_a_team_that_changes_while_its_spend_is_read_is_read_again() -> None:
    calls: list[int] = []

    def answer(path: str, body: Json) -> Json:
        calls.append(body["page"])
        return spend_page(body, 150, members=151 if len(calls) == 1 else 150)

    assert len(client(answer).spend(Notes()).records) == 150
    assert calls == [1, 2, 1, 2]


def test_rows_that_name_nobody_are_read_when_two_walks_agree() -> None:
    calls: list[int] = []

    def answer(path: str, body: Json) -> Json:
        calls.append(body["page"])
        page = spend_page(body, 150)
        rows = [row | {"email": ""} for row in page["teamMemberSpend"]]
        return page | {"teamMemberSpend": rows}

    assert len(client(answer).spend(Notes()).records) == 150
    assert calls == [1, 2, 1, 2]


def test_a_list_that_never_ends_is_an_error() -> None:
    def answer(path: str, body: Json) -> Json:
        row = {"date": body["page"] * DAY_MS}
        return {"data": [row], "pagination": {"hasNextPage": True}}

    with pytest.raises(errors.Unreadable, match="never came to an end"):
        client(answer).daily_usage(0, 1, Notes())


def test_the_simulator_is_read_whole(api: AdminApi, now: datetime) -> None:
    end = int(now.timestamp() * 1000)
    assert 0 < len(api.members(Notes())) <= PEOPLE + 1
    spend = api.spend(Notes())
    assert spend.cycle_start_ms is not None
    assert datetime.fromtimestamp(spend.cycle_start_ms / 1000, UTC) <= now
    assert {r.day for r in api.daily_usage(end - 3 * DAY_MS, end, Notes())} <= {
        now.date() - timedelta(days=n) for n in range(5)
    }
