"""The shapes of earlier days, one endpoint at a time and all at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator.app import make_app, make_world
from simulator.days import DAY_MS, Clock
from simulator.state import DEMO_KEY

from .conftest import NOW_MS, basic
from .walk import EVENTS

DAILY, SPEND, MEMBERS = "/teams/daily-usage-data", "/teams/spend", "/teams/members"
RANGE = {"startDate": NOW_MS - 3 * DAY_MS, "endDate": NOW_MS}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def app() -> Any:
    return make_app(make_world(seed=5, people=12, days=40, clock=Clock(NOW_MS)))


@pytest.fixture
def api(app: Any) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://sim") as client:
        client.headers["authorization"] = basic(DEMO_KEY)
        yield client
        client.delete("/_sim/faults")


def _switch(api: TestClient, shape: str, at: str = "admin") -> None:
    asked = {"endpoint": at, "fault": shape}
    assert api.post("/_sim/faults", json=asked).status_code == 201


def _spend(api: TestClient) -> list[Row]:
    rows: list[Row] = api.post(SPEND, json={}).json()["teamMemberSpend"]
    return rows


def _fields(rows: list[Row]) -> set[str]:
    return {name for row in rows for name in row}


def test_the_first_events_knew_no_charge_and_no_conversation(api: TestClient) -> None:
    _switch(api, "seed_shape")
    answer = api.post(EVENTS, json=RANGE).json()
    assert len(answer["usageEvents"]) == 10
    rows = api.post(EVENTS, json={**RANGE, "pageSize": 500}).json()["usageEvents"]
    assert _fields(rows) == {
        *("timestamp", "userEmail", "model", "kind", "maxMode", "requestsCosts"),
        *("isTokenBasedCall", "tokenUsage", "isFreeBugbot"),
    }
    assert not any(row["kind"].startswith("USAGE_EVENT") for row in rows)


def test_the_first_members_had_no_id(api: TestClient) -> None:
    _switch(api, "seed_shape", at="members")
    rows = api.get(MEMBERS).json()["teamMembers"]
    assert _fields(rows) == {"name", "email", "role"}


def test_the_first_spend_was_a_total(api: TestClient) -> None:
    newest = {row["email"]: row["overallSpendCents"] for row in _spend(api)}
    _switch(api, "seed_shape")
    rows = _spend(api)
    assert {row["email"]: row["spendCents"] for row in rows} == newest
    assert not _fields(rows) & {"overallSpendCents", "userId", "monthlyLimitDollars"}


def test_the_spend_between_said_what_was_included(api: TestClient) -> None:
    newest = {row["email"]: row for row in _spend(api)}
    _switch(api, "middle_shape", at="spend")
    for row in _spend(api):
        before = newest[row["email"]]
        assert "overallSpendCents" not in row
        assert row["spendCents"] == before["overallSpendCents"]
        on_demand = row["spendCents"] - row["includedSpendCents"]
        assert on_demand == pytest.approx(before["spendCents"])


def test_the_first_daily_usage_took_ninety_days_and_had_no_pages(
    api: TestClient,
) -> None:
    asked = {"startDate": NOW_MS - 90 * DAY_MS, "endDate": NOW_MS}
    asked |= {"page": 1, "pageSize": 2}
    assert api.post(DAILY, json=asked).status_code == 400
    _switch(api, "seed_shape", at="daily")
    answer = api.post(DAILY, json=asked).json()
    assert set(answer) == {"data", "period"}
    assert not _fields(answer["data"]) & {"day", "userId"}
    assert len({row["date"] for row in answer["data"]}) == 40


def test_members_between_had_numbers(api: TestClient) -> None:
    _switch(api, "middle_shape", at="members")
    rows = api.get(MEMBERS).json()["teamMembers"]
    assert all(isinstance(row["id"], int) for row in rows)


def test_one_endpoint_may_be_newer_than_the_rest(api: TestClient) -> None:
    _switch(api, "seed_shape")
    _switch(api, "newest", at="members")
    assert "id" in _fields(api.get(MEMBERS).json()["teamMembers"])
    assert "overallSpendCents" not in _fields(_spend(api))


@pytest.mark.parametrize("path", ["/teams/audit-logs", "/teams/groups"])
def test_what_came_later_was_not_there(api: TestClient, path: str) -> None:
    assert api.get(path).status_code == 200
    _switch(api, "seed_shape")
    assert api.get(path).status_code == 404


def test_dates_as_text_break_daily_usage_too(api: TestClient) -> None:
    asked = {name: str(value) for name, value in RANGE.items()}
    assert api.post(DAILY, json=asked).status_code == 200
    _switch(api, "string_dates", at="daily")
    assert api.post(DAILY, json=asked).status_code == 500


@pytest.mark.parametrize("fault", ["null_fields", "missing_fields", "string_numbers"])
@pytest.mark.parametrize(
    ("at", "path"), [("spend", SPEND), ("daily", DAILY), ("members", MEMBERS)]
)
def test_rows_of_every_list_are_spelt_oddly(
    api: TestClient, fault: str, at: str, path: str
) -> None:
    ask = api.get if at == "members" else lambda url: api.post(url, json=RANGE)
    before = ask(path).json()
    asked = {"endpoint": at, "fault": fault, "options": {"share": 1}}
    assert api.post("/_sim/faults", json=asked).status_code == 201
    changed = ask(path).json() != before
    # A member has no number in it.
    assert changed == ((at, fault) != ("members", "string_numbers"))
