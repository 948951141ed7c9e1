"""Each quirk of the list of events, and whether the oracle knows of it."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator import faults
from simulator.app import make_app, make_world
from simulator.days import DAY_MS, Clock, cycle_end, cycle_start
from simulator.events import Event, Kind
from simulator.quirks import HOUR_MS, OPTIONAL
from simulator.state import DEMO_KEY
from simulator.view import Quirk, View
from simulator.world import World

from .conftest import NOW_MS, basic
from .walk import EVENTS, all_events, readable, sums

pytestmark = pytest.mark.once

ALWAYS = {"start": "2020-01-01", "end": "2030-01-01"}
OF_EVENTS = sorted(faults.OF_EVENTS | {"newest", "shuffled"})


@pytest.fixture(scope="module")
def team() -> World:
    """Twelve days of ten people; its clock stands still."""
    return make_world(seed=5, people=10, days=12, clock=Clock(NOW_MS))


@pytest.fixture
def api(team: World) -> Iterator[TestClient]:
    with TestClient(make_app(team), base_url="http://sim") as client:
        client.headers["authorization"] = basic(DEMO_KEY)
        yield client


def _switch(api: TestClient, *names: str, **options: Any) -> None:
    for name in names:
        asked = {"endpoint": "events", "fault": name, "options": options}
        assert api.post("/_sim/faults", json=asked).status_code == 201


def _agrees(api: TestClient) -> bool:
    """Reads all pages, counts what can be read, and looks at the oracle."""
    rows = all_events(api, 0, NOW_MS)
    read = [row for row in rows if readable(row)]
    expected = api.get("/_sim/totals", params=ALWAYS).json()
    found = sums(read)
    assert len(expected) == len(found)
    for row in expected:
        key = row.pop("day"), row.pop("email"), row.pop("model"), row.pop("kind")
        assert {k: Decimal(v) for k, v in row.items()} == dict(found[key]), key
    counts = api.get("/_sim/expect", params=ALWAYS).json()
    assert counts["events"] == len(read) > 100
    return bool(counts["bad_rows"] == len(rows) - len(read))


def _view(team: World, name: str, at_ms: int = NOW_MS, **options: object) -> View:
    return View(team, (Quirk(name, options),), at_ms)


def _seen(view: View) -> list[Event]:
    return list(view.live(0, NOW_MS))


@pytest.mark.parametrize("quirk", OF_EVENTS)
def test_the_oracle_says_what_a_walk_finds(api: TestClient, quirk: str) -> None:
    _switch(api, quirk)
    assert _agrees(api)


def test_the_oracle_agrees_with_everything_together(api: TestClient) -> None:
    _switch(api, *(name for name in OF_EVENTS if not name.endswith("_shape")))
    assert _agrees(api)


@pytest.mark.parametrize("seed", range(8))
def test_the_oracle_agrees_with_any_mixture(api: TestClient, seed: int) -> None:
    rng = Random(seed)
    for name in rng.sample(OF_EVENTS, 6):
        _switch(api, name, share=rng.random())
    assert _agrees(api)


def test_of_two_shapes_the_last_one_counts(api: TestClient) -> None:
    _switch(api, "seed_shape", "newest")
    assert any("chargedCents" in row for row in all_events(api, 0, NOW_MS))
    assert _agrees(api)


def test_late_events_come_when_their_hours_are_over(team: World) -> None:
    everything = list(team.events(0, NOW_MS))
    at_once = _seen(_view(team, "late", share=0.5, hours=5))
    waiting = Counter(everything) - Counter(at_once)
    assert waiting and all(e.at_ms > NOW_MS - 5 * HOUR_MS for e in waiting)
    later = _seen(_view(team, "late", NOW_MS + 5 * HOUR_MS, share=0.5, hours=5))
    assert later == everything


def test_a_larger_share_takes_in_the_smaller_one_s(team: World) -> None:
    some = Counter(_seen(_view(team, "vanished", share=0.1, hours=0)))
    fewer = Counter(_seen(_view(team, "vanished", share=0.3, hours=0)))
    assert not fewer - some and fewer.total() < some.total()


def test_restated_money_settles_after_its_hours_and_at_the_anchor(
    team: World,
) -> None:
    final = list(team.events(0, NOW_MS))
    started = cycle_start(NOW_MS)
    young = _differing(final, _seen(_view(team, "restated", share=1)))
    assert {e.kind for e in young} & {Kind.INCLUDED} and young
    old = [e for e in young if e.at_ms <= NOW_MS - 24 * HOUR_MS]
    assert old and all(event.at_ms >= started for event in old)
    settled = _seen(_view(team, "restated", cycle_end(NOW_MS), share=1))
    assert settled == final


def test_what_vanished_is_listed_as_it_was_last_seen(
    api: TestClient, team: World
) -> None:
    _switch(api, "vanished", share=0.2, hours=30)
    gone = api.get("/_sim/withdrawn", params=ALWAYS).json()
    served = len(all_events(api, 0, NOW_MS))
    assert served + len(gone) == team.log.count(*team.clip(0, NOW_MS))
    assert max(row["at_ms"] for row in gone) <= NOW_MS - 30 * HOUR_MS
    counts = api.get("/_sim/expect", params=ALWAYS).json()
    assert counts["withdrawn"] == len(gone) > 10


def test_what_was_never_served_was_not_withdrawn(api: TestClient) -> None:
    _switch(api, "vanished", share=0.2, hours=2)
    _switch(api, "late", share=1, hours=3)
    assert api.get("/_sim/withdrawn", params=ALWAYS).json() == []


def test_tokens_come_late_and_so_do_some_prices(team: World) -> None:
    final = {e for e in team.events(0, NOW_MS) if e.tokens}
    early = _seen(_view(team, "late_tokens", share=1, hours=1000))
    assert {e.charged is None for e in early if e.tokens is None} == {True, False}
    assert any(e.tokens and not e.tokens.output for e in early)
    late = _seen(_view(team, "late_tokens", share=1, hours=0))
    assert final <= set(late)


def test_twins_are_of_one_person_or_of_two(team: World) -> None:
    rows = Counter(_seen(_view(team, "twins", share=0.3)))
    assert max(rows.values()) >= 4
    people = Counter((e.at_ms, e.conversation) for e in rows)
    assert max(people.values()) == 2


def test_an_address_may_be_lost_after_a_while_only(api: TestClient) -> None:
    _switch(api, "no_email", share=0.5, hours=48)
    rows = all_events(api, 0, NOW_MS)
    bare = [r for r in rows if "userEmail" not in r and "serviceAccountId" not in r]
    assert max(int(row["timestamp"]) for row in bare) <= NOW_MS - 48 * HOUR_MS
    kept = api.get("/_sim/expect", params={**ALWAYS, "emails": "kept"}).json()
    served = api.get("/_sim/expect", params=ALWAYS).json()
    assert (kept["unattributed"], served["unattributed"]) == (0, len(bare))


@pytest.mark.parametrize("field", sorted(OPTIONAL))
def test_a_field_may_be_null_or_missing(api: TestClient, field: str) -> None:
    outer, _, inner = field.partition(".")
    _switch(api, "null_fields", share=1, fields=[field])
    rows = [row.get(outer, 0) for row in all_events(api, NOW_MS - DAY_MS, NOW_MS)]
    assert None in [r.get(inner) if inner and isinstance(r, dict) else r for r in rows]
    api.delete("/_sim/faults")
    _switch(api, "missing_fields", share=1, fields=[field])
    rows = all_events(api, NOW_MS - DAY_MS, NOW_MS)
    assert not any(inner in (row.get(outer, {})) for row in rows if inner)
    assert inner or not any(outer in row for row in rows)


def test_numbers_are_spelt_as_text_and_keep_every_digit(api: TestClient) -> None:
    before = all_events(api, NOW_MS - DAY_MS, NOW_MS)
    _switch(api, "string_numbers", share=1)
    after = all_events(api, NOW_MS - DAY_MS, NOW_MS)
    pairs = [
        (b["chargedCents"], a["chargedCents"])
        for b, a in zip(before, after, strict=True)
        if "chargedCents" in b
    ]
    assert pairs and all(isinstance(a, str) and Decimal(a) == b for b, a in pairs)


def test_rows_that_cannot_be_read_come_in_every_sort(api: TestClient) -> None:
    _switch(api, "bad_rows", share=0.3)
    bad = [r for r in all_events(api, 0, NOW_MS) if not readable(r)]
    stamps = {str(r.get("timestamp", "none")) for r in bad if isinstance(r, dict)}
    assert {"none", "None", "NaN", "soon"} <= stamps
    assert {type(row) for row in bad} >= {dict, str, type(None), list}


def test_the_same_moment_is_seen_the_same_twice(api: TestClient) -> None:
    _switch(api, *OF_EVENTS)
    asked = {"endDate": NOW_MS, "pageSize": 500, "page": 2}
    first, second = (api.post(EVENTS, json=asked).content for _ in range(2))
    assert first == second


def test_the_oracle_s_events_are_the_rows_themselves(api: TestClient) -> None:
    _switch(api, "twins", "late_tokens")
    day = {"start": NOW_MS - DAY_MS, "end": NOW_MS}
    listed = api.get("/_sim/events", params=day).json()
    rows = all_events(api, NOW_MS - DAY_MS, NOW_MS)[::-1]
    assert [str(r["at_ms"]) for r in listed] == [r["timestamp"] for r in rows]
    cents = [r["charged_cents"] and Decimal(r["charged_cents"]) for r in listed]
    assert cents == [r.get("chargedCents") for r in rows]


def test_spend_follows_what_was_used_and_not_what_is_shown(api: TestClient) -> None:
    path, body = "/teams/spend", {"sortBy": "user"}
    before = api.post(path, json=body).json()["teamMemberSpend"]
    _switch(api, "null_fields", "late_tokens", "seed_shape")
    assert api.post(path, json=body).json()["teamMemberSpend"] == before
    _switch(api, "twins", share=0.5)
    assert api.post(path, json=body).json()["teamMemberSpend"] != before


def _differing(final: list[Event], seen: list[Event]) -> list[Event]:
    return [now for now, then in zip(seen, final, strict=True) if now != then]
