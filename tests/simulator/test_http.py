"""How the Admin API answers when its HTTP is what goes wrong."""

import email.utils
import gzip
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator.app import make_app, make_world
from simulator.days import Clock
from simulator.ratelimits import DOCUMENTED, MINUTE_MS
from simulator.state import DEMO_KEY
from simulator.world import World

from .conftest import NOW_MS, basic

MEMBERS = "/teams/members"
LIMIT = "/teams/user-spend-limit"


@pytest.fixture
def team() -> World:
    return make_world(seed=5, people=8, days=2, clock=Clock(NOW_MS))


@pytest.fixture
def api(team: World) -> Iterator[TestClient]:
    with TestClient(make_app(team), base_url="http://sim") as client:
        client.headers["authorization"] = basic(DEMO_KEY)
        yield client


def _switch(api: TestClient, fault: str, at: str = "members", **options: Any) -> None:
    asked = {"endpoint": at, "fault": fault, "options": options}
    assert api.post("/_sim/faults", json=asked).status_code == 201


def _codes(api: TestClient, count: int) -> list[int]:
    return [api.get(MEMBERS).status_code for _ in range(count)]


def test_a_minute_s_requests_are_used_up_and_come_back(
    api: TestClient, team: World
) -> None:
    api.post("/_sim/limits", json={"members": 2})
    assert _codes(api, 3) == [200, 200, 429]
    assert api.post("/teams/spend", json={}).status_code == 200
    team.clock.fixed = NOW_MS + MINUTE_MS
    assert _codes(api, 3) == [200, 200, 429]


def test_the_documented_limits_are_known_by_name(api: TestClient) -> None:
    answer = api.post("/_sim/limits", json="documented").json()
    assert answer == {"limits": DOCUMENTED, "retry_after": "none"}
    assert _codes(api, 21)[-2:] == [200, 429]
    assert api.post("/_sim/limits", json=None).json()["limits"] == {}
    assert api.get(MEMBERS).status_code == 200


def test_a_refusal_says_how_long_in_the_form_asked_for(api: TestClient) -> None:
    api.post("/_sim/limits?retry_after=seconds", json={"other": 0})
    assert api.get(MEMBERS).headers["retry-after"] == "60"
    api.post("/_sim/limits?retry_after=date", json={"other": 0})
    wait = _seconds_from_now(api.get(MEMBERS).headers["retry-after"])
    assert 55 < wait <= 61
    api.post("/_sim/limits", json={"other": 0})
    answer = api.get(MEMBERS)
    assert "retry-after" not in answer.headers
    assert set(answer.json()) == {"error", "message"}


def test_a_wrong_key_uses_nothing_up(api: TestClient) -> None:
    api.post("/_sim/limits", json={"other": 1})
    api.get(MEMBERS, headers={"authorization": basic("another")})
    assert _codes(api, 2) == [200, 429]


def test_unknown_forms_of_limits_are_refused(api: TestClient) -> None:
    assert api.post("/_sim/limits", json=[1]).status_code == 400
    bad = api.post("/_sim/limits?retry_after=never", json={"events": 1})
    assert bad.status_code == 400


@pytest.mark.parametrize("wait", ["0", "99999999", "soon"])
def test_retry_after_is_any_text(api: TestClient, wait: str) -> None:
    _switch(api, "429", retry_after=wait)
    assert api.get(MEMBERS).headers["retry-after"] == wait


def test_retry_after_is_a_date_from_now(api: TestClient) -> None:
    _switch(api, "429", retry_at=90)
    wait = _seconds_from_now(api.get(MEMBERS).headers["retry-after"])
    assert 85 < wait <= 91


@pytest.mark.parametrize("body", ["html", "json", "empty"])
def test_a_broken_server_s_body_is_chosen(api: TestClient, body: str) -> None:
    _switch(api, "503", body=body)
    kinds = {"html": "text/html", "json": "application/json", "empty": "text/plain"}
    assert api.get(MEMBERS).headers["content-type"].startswith(kinds[body])


def test_bodies_are_compressed(api: TestClient) -> None:
    plain = api.get(MEMBERS).json()
    _switch(api, "gzip_body")
    answer = api.get(MEMBERS)
    assert answer.headers["content-encoding"] == "gzip" and answer.json() == plain


def test_bodies_say_that_they_are_compressed_and_are_not(api: TestClient) -> None:
    _switch(api, "not_gzip")
    with api.stream("GET", MEMBERS) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(raw)


def test_a_body_drips(api: TestClient) -> None:
    plain = api.get(MEMBERS).content
    _switch(api, "drip", ms=0, writes=7)
    assert api.get(MEMBERS).content == plain


def test_the_content_type_and_the_clock_are_wrong(api: TestClient) -> None:
    _switch(api, "wrong_type")
    _switch(api, "wrong_date", seconds=7200)
    headers = api.get(MEMBERS).headers
    assert headers["content-type"] == "text/plain"
    assert 7100 < _seconds_from_now(headers["date"]) <= 7201


def test_keys_are_refused_for_what_they_are(api: TestClient) -> None:
    _switch(api, "personal_key", at="admin")
    answer = api.get(MEMBERS)
    assert (answer.status_code, answer.json()["message"]) == (
        401,
        "Invalid Team API Key",
    )
    api.delete("/_sim/faults")
    _switch(api, "revoked_key", at="admin")
    assert "revoked" in api.get(MEMBERS).json()["message"]


def test_a_key_that_may_only_read_reads(api: TestClient) -> None:
    _switch(api, "read_only_key", at="admin")
    assert api.get(MEMBERS).status_code == 200
    assert api.post(LIMIT, json={}).status_code == 403


def test_one_endpoint_is_gone_and_another_forbidden(api: TestClient) -> None:
    _switch(api, "404", at="groups")
    _switch(api, "403", at="audit")
    assert api.get("/teams/groups").status_code == 404
    assert api.get("/teams/audit-logs").status_code == 403
    assert api.get(MEMBERS).status_code == 200


def test_members_are_absent_from_one_answer(api: TestClient) -> None:
    everyone = api.get(MEMBERS).json()["teamMembers"]
    options = {"emails": [everyone[3]["email"]]}
    asked = {"endpoint": "members", "fault": "absent_members", "times": 1}
    api.post("/_sim/faults", json={**asked, "options": options})
    without = api.get(MEMBERS).json()["teamMembers"]
    assert without == everyone[:3] + everyone[4:]
    assert api.get(MEMBERS).json()["teamMembers"] == everyone


def _seconds_from_now(text: str) -> float:
    return email.utils.parsedate_to_datetime(text).timestamp() - time.time()
