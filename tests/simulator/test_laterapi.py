"""Audit log, billing groups, blocklists and spend limits."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator.app import make_app, make_world
from simulator.days import DAY_MS, Clock, cycle_end, cycle_start, date_of, day_of
from simulator.state import DEMO_KEY
from simulator.world import World, cost

from .conftest import NOW_MS, basic

AUDIT, GROUPS = "/teams/audit-logs", "/teams/groups"
REPOS, LIMIT = "/settings/repo-blocklists/repos", "/teams/user-spend-limit"
Row = dict[str, Any]


@pytest.fixture
def team() -> World:
    return make_world(seed=5, people=14, days=60, clock=Clock(NOW_MS))


@pytest.fixture
def api(team: World) -> Iterator[TestClient]:
    with TestClient(make_app(team), base_url="http://sim") as client:
        client.headers["authorization"] = basic(DEMO_KEY)
        yield client


def _audit(api: TestClient, **asked: Any) -> Row:
    answer = api.get(AUDIT, params={"pageSize": 500, **asked})
    assert answer.status_code == 200, answer.text
    found: Row = answer.json()
    return found


def test_the_log_of_a_week_comes_in_pages(api: TestClient) -> None:
    whole = _audit(api)
    pages = [_audit(api, page=n, pageSize=3)["events"] for n in (1, 2)]
    assert pages[0] + pages[1] == whole["events"][:6]
    times = [event["timestamp"] for event in whole["events"]]
    assert times == sorted(times, reverse=True)
    assert whole["pagination"]["totalCount"] == len(times)
    ids = [event["event_id"] for event in whole["events"]]
    assert len(set(ids)) == len(ids) > 8


def test_everyone_who_left_is_in_the_log(api: TestClient, team: World) -> None:
    everyone = team.people(team.first_day, team.today() + 90)
    leaver = min(everyone, key=lambda person: person.last_day)
    team.clock.fixed = (leaver.last_day + 2) * DAY_MS
    found = _audit(api, startTime="30d", eventTypes="remove_user")["events"]
    assert [event["event_data"]["user_email"] for event in found] == [leaver.email]


@pytest.mark.parametrize(
    ("start", "days"),
    [
        ("today", 0.625),
        ("yesterday", 1.625),
        ("48h", 2),
        ("259200s", 3),
        (str(NOW_MS - DAY_MS), 1),
        (str((NOW_MS - DAY_MS) // 1000), 1),
        ("2026-11-20T03:00:00+00:00", 0.5),
        ("2026-11-19", 1.625),
    ],
)
def test_the_log_s_start_is_written_in_many_forms(
    api: TestClient, start: str, days: float
) -> None:
    at_ms = NOW_MS - int(days * DAY_MS)
    expected = _audit(api, startTime=str(at_ms))
    assert _audit(api, startTime=start) == expected


@pytest.mark.parametrize(
    "asked", [{"startTime": "31d"}, {"pageSize": 501}, {"startTime": "x"}, {"page": 0}]
)
def test_the_log_refuses_what_the_vendor_refuses(
    api: TestClient, asked: dict[str, Any]
) -> None:
    assert api.get(AUDIT, params=asked).status_code == 400


def test_the_log_is_searched_and_filtered(api: TestClient) -> None:
    logins = _audit(api, eventTypes="login")["events"]
    assert {event["event_type"] for event in logins} == {"login"}
    email = logins[0]["user_email"]
    mine = _audit(api, users=email, search="LOGIN")["events"]
    assert {event["user_email"] for event in mine} == {email}


def test_groups_sum_up_to_the_cycle_s_events(api: TestClient, team: World) -> None:
    answer = json.loads(api.get(GROUPS).text, parse_float=Decimal)
    groups = [*answer["groups"], answer["unassignedGroup"]]
    events = team.events(cycle_start(NOW_MS), NOW_MS)
    total = sum((cost(e) or Decimal(0) for e in events), Decimal(0))
    assert sum(group["spendCents"] for group in groups) == total > 0
    for group in groups:
        assert group["spendCents"] == sum(d["spendCents"] for d in group["dailySpend"])
        assert group["memberCount"] == len(group["currentMembers"])


def test_a_past_cycle_is_over_and_its_people_have_left(api: TestClient) -> None:
    first = cycle_start(cycle_start(NOW_MS) - 1)
    day = date_of(day_of(first)).isoformat()
    answer = api.get(GROUPS, params={"billingCycle": day}).json()
    assert answer["billingCycle"]["cycleStart"].startswith(day)
    end = date_of(day_of(cycle_end(first))).isoformat()
    assert answer["billingCycle"]["cycleEnd"].startswith(end)
    groups = [*answer["groups"], answer["unassignedGroup"]]
    former = [m for group in groups for m in group["formerMembers"]]
    assert all(m["leftAt"] for m in former)


def test_one_group_has_its_members_days(api: TestClient) -> None:
    (group_id, *_) = [g["id"] for g in api.get(GROUPS).json()["groups"]]
    group = api.get(f"{GROUPS}/{group_id}").json()["group"]
    assert all("dailySpend" in m for m in group["currentMembers"])
    assert api.get(f"{GROUPS}/group_99").status_code == 404
    assert api.get(GROUPS, params={"billingCycle": "soon"}).status_code == 400


def _patterns(api: TestClient) -> dict[str, list[str]]:
    return {r["url"]: r["patterns"] for r in api.get(REPOS).json()["repos"]}


def test_blocklists_change_as_time_passes(api: TestClient, team: World) -> None:
    seen = []
    for days in (0, 9, 18, 27):
        team.clock.fixed = NOW_MS + days * DAY_MS
        seen.append(_patterns(api))
    assert all(one != two for one, two in zip(seen, seen[1:], strict=False))


def test_upsert_replaces_the_patterns_of_what_is_sent(api: TestClient) -> None:
    before = _patterns(api)
    url = next(iter(before))
    sent = [{"url": url, "patterns": ["x"]}, {"url": "https://new", "patterns": []}]
    assert api.post(f"{REPOS}/upsert", json={"repos": sent}).status_code == 200
    assert _patterns(api) == {**before, url: ["x"], "https://new": []}
    assert api.post(f"{REPOS}/upsert", json={"repos": [{}]}).status_code == 400


def test_a_repository_is_taken_off(api: TestClient) -> None:
    repo = api.get(REPOS).json()["repos"][0]
    answer = api.delete(f"{REPOS}/{repo['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert repo["url"] not in _patterns(api)
    assert api.delete(f"{REPOS}/{repo['id']}").status_code == 404


def test_somebody_else_edits_the_blocklist(api: TestClient) -> None:
    api.post("/_sim/blocklists", json={"url": "https://else", "patterns": ["*"]})
    assert _patterns(api)["https://else"] == ["*"]
    events = _audit(api, eventTypes="team_repo")["events"]
    assert "https://else" in {event["event_data"]["url"] for event in events}
    api.post("/_sim/blocklists", json={"url": "https://else", "patterns": None})
    assert "https://else" not in _patterns(api)


def _limit(api: TestClient, email: str) -> object:
    rows = api.post("/teams/spend", json={"searchTerm": email}).json()
    return rows["teamMemberSpend"][0]["monthlyLimitDollars"]


@pytest.mark.parametrize("dollars", [0, 70, None])
def test_a_limit_is_set_and_shows(
    api: TestClient, team: World, dollars: int | None
) -> None:
    email = team.members()[0].email
    asked = {"userEmail": email.upper(), "spendLimitDollars": dollars}
    assert api.post(LIMIT, json=asked).json()["outcome"] == "success"
    assert _limit(api, email) == dollars
    events = _audit(api, eventTypes="user_spend_limit")["events"]
    assert events[0]["event_data"]["limit_dollars"] == dollars


def test_a_limit_shows_after_a_while(api: TestClient, team: World) -> None:
    fault = {"endpoint": "limit", "fault": "delayed", "options": {"seconds": 30}}
    api.post("/_sim/faults", json=fault)
    email = team.members()[0].email
    api.post(LIMIT, json={"userEmail": email, "spendLimitDollars": 9})
    assert _limit(api, email) != 9
    team.clock.fixed = NOW_MS + 30_000
    assert _limit(api, email) == 9


@pytest.mark.parametrize("dollars", [-1, 1.5, "7", True])
def test_a_limit_is_a_whole_number(
    api: TestClient, team: World, dollars: object
) -> None:
    asked = {"userEmail": team.members()[0].email, "spendLimitDollars": dollars}
    answer = api.post(LIMIT, json=asked)
    assert answer.status_code == 400 and answer.json()["outcome"] == "error"


def test_a_limit_fails_with_200(api: TestClient) -> None:
    asked = {"userEmail": "nobody@example.com", "spendLimitDollars": 1}
    assert api.post(LIMIT, json=asked).status_code == 404
    fault = {"endpoint": "limit", "fault": "failure_with_200"}
    api.post("/_sim/faults", json=fault)
    answer = api.post(LIMIT, json=asked)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "error")


def test_the_first_generation_could_not_take_a_limit_away(
    api: TestClient, team: World
) -> None:
    fault = {"endpoint": "admin", "fault": "seed_shape"}
    api.post("/_sim/faults", json=fault)
    asked = {"userEmail": team.members()[0].email, "spendLimitDollars": None}
    assert api.post(LIMIT, json=asked).json()["outcome"] == "error"
