import json
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator.days import DAY_MS, day_of
from simulator.world import World

from .conftest import NOW_MS, basic
from .walk import EVENTS, all_events, sums

DAILY, SPEND = "/teams/daily-usage-data", "/teams/spend"
START = NOW_MS - 44 * DAY_MS


def _oracle(api: TestClient) -> list[dict[str, Any]]:
    asked = {"start": "2020-01-01", "end": "2030-01-01"}
    rows: list[dict[str, Any]] = api.get("/_sim/totals", params=asked).json()
    return rows


def test_every_sum_of_the_oracle_is_what_the_pages_sum_to(api: TestClient) -> None:
    found = sums(all_events(api, 0, NOW_MS))
    rows = _oracle(api)
    assert len(rows) == len(found) > 100
    for row in rows:
        key = row.pop("day"), row.pop("email"), row.pop("model"), row.pop("kind")
        exact = {name: Decimal(value) for name, value in row.items()}
        assert exact == dict(found[key]), key


def test_oracle_rows_are_sorted_and_have_plain_decimals(api: TestClient) -> None:
    rows = _oracle(api)
    keys = [(r["day"], r["email"], r["model"], r["kind"]) for r in rows]
    assert keys == sorted(set(keys))
    assert not any("E" in r["charged_cents"] for r in rows)


def test_pages_of_any_size_hold_the_same_events(api: TestClient) -> None:
    day = NOW_MS - 3 * DAY_MS
    assert all_events(api, day, NOW_MS, 37) == all_events(api, day, NOW_MS)


def test_events_come_newest_first_with_the_documented_envelope(
    api: TestClient,
) -> None:
    asked = {"startDate": START, "endDate": NOW_MS}
    answer = api.post(EVENTS, json=asked).json()
    times = [int(row["timestamp"]) for row in answer["usageEvents"]]
    assert times == sorted(times, reverse=True) and len(times) == 100
    assert answer["pagination"]["currentPage"] == 1
    assert answer["pagination"]["hasNextPage"] is True
    assert answer["period"] == asked


def test_both_ends_of_a_range_are_inside(api: TestClient, world: World) -> None:
    event = list(world.events(START, NOW_MS))[50]
    found = all_events(api, event.at_ms, event.at_ms)
    assert str(event.at_ms) in {row["timestamp"] for row in found}


def test_a_range_without_events_has_no_pages(api: TestClient) -> None:
    answer = api.post(EVENTS, json={"startDate": 0, "endDate": 1}).json()
    assert answer["usageEvents"] == [] and answer["pagination"]["numPages"] == 0


def test_events_are_filtered_by_email_in_any_case(api: TestClient) -> None:
    whole = [r for r in all_events(api, START, NOW_MS) if "userEmail" in r]
    email = whole[0]["userEmail"]
    answer = api.post(EVENTS, json={"email": email.upper(), "endDate": NOW_MS}).json()
    assert {row["userEmail"] for row in answer["usageEvents"]} == {email}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"pageSize": 1001}, 400),
        ({"pageSize": 0}, 400),
        ({"page": 0}, 400),
        ({"hostingType": "MOON"}, 400),
        ({"startDate": "1795186800000"}, 500),
    ],
)
def test_events_refuse_what_the_vendor_refuses(
    api: TestClient, body: dict[str, object], status: int
) -> None:
    answer = api.post(EVENTS, json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}


def test_daily_usage_takes_thirty_days_and_no_more(api: TestClient) -> None:
    asked = {"startDate": NOW_MS - 30 * DAY_MS, "endDate": NOW_MS}
    assert api.post(DAILY, json=asked).status_code == 200
    asked["startDate"] -= 1
    assert api.post(DAILY, json=asked).status_code == 400


def test_daily_usage_without_paging_has_active_rows_only(api: TestClient) -> None:
    asked = {"startDate": NOW_MS - DAY_MS, "endDate": NOW_MS}
    answer = api.post(DAILY, json=asked).json()
    assert answer["data"] and all(row["isActive"] for row in answer["data"])
    assert "pagination" not in answer


def test_daily_usage_pages_count_people_and_include_idle_days(
    api: TestClient, world: World
) -> None:
    asked = {"startDate": NOW_MS - 9 * DAY_MS, "endDate": NOW_MS, "page": 1}
    assert api.post(DAILY, json=asked).status_code == 400
    answer = api.post(DAILY, json={**asked, "pageSize": 5}).json()
    assert len(answer["data"]) == 5 * 10
    people = world.people(day_of(asked["startDate"]), day_of(NOW_MS))
    assert answer["pagination"]["totalUsers"] == len(people)
    assert answer["data"][0]["day"] and isinstance(answer["data"][0]["userId"], int)


def test_daily_requests_are_counts_of_that_day_s_events(api: TestClient) -> None:
    end = (day_of(NOW_MS) + 1) * DAY_MS - 1
    asked = {"startDate": end - 3 * DAY_MS + 1, "endDate": end}
    rows = api.post(DAILY, json=asked).json()["data"]
    included = sum(row["subscriptionIncludedReqs"] for row in rows)
    found = sums(all_events(api, asked["startDate"], end))
    assert included == sum(r["events"] for k, r in found.items() if k[3] == "included")


def test_spend_is_the_sum_of_the_served_events_to_the_last_digit(
    api: TestClient, world: World
) -> None:
    text = api.post(SPEND, json={}).text
    answer = json.loads(text, parse_float=Decimal)
    found = sums(all_events(api, answer["subscriptionCycleStart"], NOW_MS))
    for row in answer["teamMemberSpend"]:
        mine = {k: r["charged_cents"] for k, r in found.items() if k[1] == row["email"]}
        on_demand = sum(cents for k, cents in mine.items() if k[3] == "on_demand")
        assert row["overallSpendCents"] == sum(mine.values())
        assert row["spendCents"] == on_demand


def test_spend_is_sorted_searched_and_paged(api: TestClient) -> None:
    asked = {"sortBy": "amount", "sortDirection": "asc", "pageSize": 4, "page": 2}
    answer = api.post(SPEND, json=asked).json()
    amounts = [row["overallSpendCents"] for row in answer["teamMemberSpend"]]
    assert amounts == sorted(amounts) and len(amounts) == 4
    email = answer["teamMemberSpend"][0]["email"]
    found = api.post(SPEND, json={"searchTerm": email[:6].upper()}).json()
    assert email in {row["email"] for row in found["teamMemberSpend"]}
    assert api.post(SPEND, json={"sortBy": "age"}).status_code == 400


def test_people_who_left_are_absent_and_their_events_are_not(
    api: TestClient, world: World
) -> None:
    gone = world.gone_emails()
    here = {p["email"] for p in api.get("/teams/members").json()["teamMembers"]}
    assert gone and not gone & here
    served = {key[1] for key in sums(all_events(api, 0, NOW_MS))}
    assert gone & served


def test_blocklists_are_served(api: TestClient) -> None:
    repos = api.get("/settings/repo-blocklists/repos").json()["repos"]
    assert [set(repo) for repo in repos] == [{"id", "url", "patterns"}] * 3


@pytest.mark.parametrize(
    "auth",
    ["", "Basic !", "Bearer demo-admin-key", basic("no"), basic("demo-admin-key", "x")],
)
def test_only_the_key_with_an_empty_password_opens(api: TestClient, auth: str) -> None:
    answer = api.get("/teams/members", headers={"authorization": auth})
    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid Team API Key"


def test_other_paths_methods_and_bodies_are_refused(api: TestClient) -> None:
    assert api.get("/teams/nothing").status_code == 404
    assert api.get(SPEND).status_code == 405
    assert api.post(SPEND, content=b"{").status_code == 400
    assert api.post(SPEND, json=[]).status_code == 400
