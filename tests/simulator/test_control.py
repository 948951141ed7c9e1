import pytest
from starlette.testclient import TestClient

from simulator import chat
from simulator.app import make_app, make_world
from simulator.days import Clock
from simulator.recorder import Entry, Recorder

from .calls import HEADERS, ask, body, said
from .conftest import NOW_MS, basic
from .walk import EVENTS


def test_health_says_what_time_it_is_there(api: TestClient) -> None:
    assert api.get("/_sim/health").json() == {"status": "ok", "now_ms": NOW_MS}


def test_the_clock_is_set_and_let_go() -> None:
    app = make_app(make_world(1, 4, 5, Clock(NOW_MS)))
    with TestClient(app) as api:
        answer = api.post("/_sim/clock", json={"now_ms": NOW_MS + 5})
        assert answer.json() == {"now_ms": NOW_MS + 5, "fixed": True}
        assert api.post("/_sim/clock", json={"now_ms": None}).json()["fixed"] is False
        assert api.get("/_sim/clock").json()["now_ms"] != NOW_MS + 5


def test_time_that_moves_on_brings_events() -> None:
    app = make_app(make_world(1, 12, 5, Clock(NOW_MS)))
    with TestClient(app) as api:
        api.headers["authorization"] = basic("demo-admin-key")
        before = api.post(EVENTS, json={}).json()["totalUsageEventsCount"]
        api.post("/_sim/clock", json={"now_ms": NOW_MS + 7_200_000})
        assert api.post(EVENTS, json={}).json()["totalUsageEventsCount"] > before


def test_requests_are_recorded_and_forgotten(api: TestClient) -> None:
    api.post("/teams/spend", json={"page": 1})
    api.post(chat.PATH, content=body(), headers=HEADERS)
    admin, chatted = api.get("/_sim/requests").json()
    assert (admin["kind"], admin["method"], admin["path"]) == (
        "admin",
        "POST",
        "/teams/spend",
    )
    assert admin["body"] == {"page": 1} and admin["received_at"] > 0
    assert chatted["kind"] == "chat"
    assert len(api.get("/_sim/requests", params={"kind": "chat"}).json()) == 1
    assert api.delete("/_sim/requests").status_code == 204
    assert api.get("/_sim/requests").json() == []


def test_only_the_last_thousand_requests_are_kept() -> None:
    recorder = Recorder()
    for number in range(1005):
        recorder.add(Entry("chat", "POST", f"/{number}", {}))
    kept = recorder.as_json("chat")
    assert (len(kept), kept[0]["path"]) == (1000, "/5")


def test_a_token_is_made_known(api: TestClient) -> None:
    assert api.post("/_sim/tokens", json={"token": "mine"}).status_code == 201
    assert said(ask(api, authorization="Bearer mine"))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/_sim/faults", {"endpoint": "members", "fault": "no such"}),
        ("/_sim/faults", {"endpoint": "members", "fault": "500", "time": 1}),
        ("/_sim/clock", {"now_ms": "noon"}),
        ("/_sim/tokens", {}),
    ],
)
def test_wrong_orders_are_refused_with_a_reason(
    api: TestClient, path: str, asked: dict[str, object]
) -> None:
    answer = api.post(path, json=asked)
    assert answer.status_code == 400 and answer.json()["error"]


@pytest.mark.parametrize("query", ["", "start=2026-01-01", "start=x&end=y"])
def test_totals_need_two_dates(api: TestClient, query: str) -> None:
    assert api.get(f"/_sim/totals?{query}").status_code == 400


def test_totals_take_both_dates_in(api: TestClient) -> None:
    day = {"start": "2026-11-18", "end": "2026-11-19"}
    rows = api.get("/_sim/totals", params=day).json()
    assert {row["day"] for row in rows} == {"2026-11-18", "2026-11-19"}
