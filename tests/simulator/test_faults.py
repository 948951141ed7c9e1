import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator import chat
from simulator.app import make_app
from simulator.days import DAY_MS
from simulator.faults import ADMIN, FaultBoard, UnknownFaultError, names
from simulator.player import ConnectionCutError
from simulator.world import World

from .calls import HEADERS, body, hang_up
from .conftest import NOW_MS
from .walk import all_events, sums

MEMBERS = "/teams/members"


def _switch(api: TestClient, fault: str, at: str = "members", **more: Any) -> None:
    asked = {"endpoint": at, "fault": fault, **more}
    assert api.post("/_sim/faults", json=asked).status_code == 201


def test_a_fault_hits_as_often_as_asked_and_then_no_more(api: TestClient) -> None:
    _switch(api, "500", times=2)
    codes = [api.get(MEMBERS).status_code for _ in range(3)]
    assert codes == [500, 500, 200]


def test_a_fault_without_a_number_stays_until_it_is_cleared(api: TestClient) -> None:
    _switch(api, "503")
    assert [api.get(MEMBERS).status_code for _ in range(2)] == [503, 503]
    assert api.delete("/_sim/faults").status_code == 204
    assert api.get(MEMBERS).status_code == 200 and api.get("/_sim/faults").json() == []


def test_faults_wait_their_turn(api: TestClient) -> None:
    _switch(api, "429", times=1)
    _switch(api, "502", times=1)
    codes = [api.get(MEMBERS).status_code for _ in range(3)]
    assert codes == [429, 502, 200]


def test_a_fault_is_of_its_endpoint_alone(api: TestClient) -> None:
    _switch(api, "500", at="spend")
    assert api.get(MEMBERS).status_code == 200
    assert api.post("/teams/spend", json={}).status_code == 500


def test_a_fault_of_admin_is_of_every_admin_endpoint(api: TestClient) -> None:
    _switch(api, "500", at="admin")
    assert api.get(MEMBERS).status_code == 500
    answer = api.post(chat.PATH, content=body(), headers=HEADERS)
    assert answer.status_code == 200


@pytest.mark.parametrize("code", [401, 403, 429])
def test_refusals_are_json(api: TestClient, code: int) -> None:
    _switch(api, str(code))
    answer = api.get(MEMBERS)
    assert answer.status_code == code and set(answer.json()) == {"error", "message"}
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("wait", ["7", "Fri, 20 Nov 2026 15:00:30 GMT"])
def test_a_rate_limit_says_how_long_when_asked_to(api: TestClient, wait: str) -> None:
    _switch(api, "429", options={"retry_after": wait})
    assert api.get(MEMBERS).headers["retry-after"] == wait


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_broken_servers_answer_in_html(api: TestClient, code: int) -> None:
    _switch(api, str(code))
    answer = api.get(MEMBERS)
    assert answer.status_code == code and answer.text.startswith("<!doctype html>")


def test_html_comes_with_200(api: TestClient) -> None:
    _switch(api, "html")
    answer = api.get(MEMBERS)
    assert answer.status_code == 200 and "text/html" in answer.headers["content-type"]


def test_the_load_balancer_answers_464(api: TestClient) -> None:
    _switch(api, "464", at="chat")
    answer = api.post(chat.PATH, content=body(), headers=HEADERS)
    assert (answer.status_code, answer.content) == (464, b"")
    assert answer.headers["server"] == "awselb/2.0"


def test_a_body_is_cut_though_its_length_is_promised(world: World) -> None:
    app = make_app(world)
    app.state.simulator.board.add("members", "cut_body", None, {})
    with pytest.raises(ConnectionCutError), TestClient(app) as client:
        client.get(MEMBERS)


def test_json_is_cut_and_its_length_agrees(api: TestClient) -> None:
    whole = api.get(MEMBERS).text
    _switch(api, "broken_json")
    assert whole.startswith(api.get(MEMBERS).text)


def test_a_connection_is_closed_before_an_answer(world: World) -> None:
    app = make_app(world)
    app.state.simulator.board.add("chat", "close", None, {})
    with pytest.raises(ConnectionCutError):
        asyncio.run(hang_up(app, chat.PATH, after_parts=9))


def test_a_slow_answer_waits_before_its_headers(world: World) -> None:
    app = make_app(world)
    app.state.simulator.board.add("chat", "slow", None, {"ms": 1})
    sent = asyncio.run(hang_up(app, chat.PATH, after_parts=0))
    assert sent[0]["type"] == "http.response.start"


def test_the_member_list_is_empty(api: TestClient) -> None:
    _switch(api, "empty_members")
    answer = api.get(MEMBERS)
    assert answer.status_code == 200 and answer.json() == {"teamMembers": []}


def test_people_who_left_lose_their_email_in_events_and_in_the_oracle(
    api: TestClient, world: World
) -> None:
    _switch(api, "blanked_emails", at="events")
    found = sums(all_events(api, NOW_MS - 60 * DAY_MS, NOW_MS))
    assert not {key[1] for key in found} & world.gone_emails()
    asked = {"start": "2020-01-01", "end": "2030-01-01"}
    served = api.get("/_sim/totals", params=asked).json()
    kept = api.get("/_sim/totals", params={**asked, "emails": "kept"}).json()
    assert not {row["email"] for row in served} & world.gone_emails()
    assert {row["email"] for row in kept} & world.gone_emails()


@pytest.mark.parametrize(("at", "fault"), [("moon", "500"), ("members", "V1")])
def test_an_unknown_fault_is_refused_with_the_known_ones(at: str, fault: str) -> None:
    with pytest.raises(UnknownFaultError, match="known: .*empty_members"):
        FaultBoard().add(at, fault, None, {})


@pytest.mark.parametrize(
    "fault", sorted(names("chat") - {"close", "reset", "cut_body"})
)
def test_every_chat_fault_can_be_played(api: TestClient, fault: str) -> None:
    _switch(api, fault, at="chat", options={"ms": 1, "mib": 1})
    api.post(chat.PATH, content=body(), headers=HEADERS)


def test_every_admin_fault_is_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs/simulator.md").read_text()
    missing = [f for at in ADMIN for f in names(at) if f"`{f}`" not in page]
    assert missing == []


@pytest.mark.parametrize("endpoint", ADMIN)
def test_every_admin_fault_can_be_switched(endpoint: str) -> None:
    board = FaultBoard()
    for fault in names(endpoint):
        board.add(endpoint, fault, 1, {})
    assert len(board.take(endpoint)) >= 3
