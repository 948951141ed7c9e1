"""Walks over pages that do not fit together."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulator.app import make_app, make_world
from simulator.days import DAY_MS, Clock
from simulator.state import DEMO_KEY

from .conftest import NOW_MS, basic
from .walk import EVENTS

SIZE = 40
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def app() -> Any:
    return make_app(make_world(seed=5, people=12, days=4, clock=Clock(NOW_MS)))


@pytest.fixture
def api(app: Any) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://sim") as client:
        client.headers["authorization"] = basic(DEMO_KEY)
        yield client
        client.delete("/_sim/faults")


def _switch(
    api: TestClient, fault: str, times: int | None = None, **options: Any
) -> None:
    asked = {"endpoint": "events", "fault": fault, "times": times, "options": options}
    assert api.post("/_sim/faults", json=asked).status_code == 201


def _page(api: TestClient, number: int) -> Answer:
    asked = {"startDate": NOW_MS - DAY_MS, "endDate": NOW_MS, "pageSize": SIZE}
    answer: Answer = api.post(EVENTS, json={**asked, "page": number}).json()
    return answer


def _walk(api: TestClient) -> list[Answer]:
    pages = [_page(api, 1)]
    while pages[-1]["pagination"]["hasNextPage"]:
        pages.append(_page(api, len(pages) + 1))
    return pages


def _rows(pages: list[Answer]) -> Counter[str]:
    return Counter(str(row) for page in pages for row in page["usageEvents"])


def _announced(pages: list[Answer]) -> set[int]:
    return {page["totalUsageEventsCount"] for page in pages}


def test_a_row_is_seen_twice_and_another_not_at_all(api: TestClient) -> None:
    whole = _walk(api)
    _switch(api, "page_drift", count="same")
    drifted = _walk(api)
    twice, lost = _rows(drifted) - _rows(whole), _rows(whole) - _rows(drifted)
    assert twice.total() == lost.total() == 1
    assert _announced(drifted) == _announced(whole)


def test_drift_may_change_the_announced_count(api: TestClient) -> None:
    before = _announced(_walk(api))
    _switch(api, "page_drift", times=1, rows=3)
    assert _announced(_walk(api)) == before | {max(before) + 3}
    assert _announced(_walk(api)) == before


def test_rows_that_went_leave_a_gap(api: TestClient) -> None:
    whole = _walk(api)
    _switch(api, "page_drift", rows=-2)
    lost = _rows(whole) - _rows(_walk(api))
    assert lost.total() == 2


def test_a_first_page_neither_drifts_nor_uses_the_fault_up(api: TestClient) -> None:
    _switch(api, "page_drift", times=1)
    first, again = _page(api, 1), _page(api, 1)
    assert first == again and len(api.get("/_sim/faults").json()) == 1


def test_a_page_is_served_twice(api: TestClient) -> None:
    _switch(api, "duplicated_page", times=1)
    first, second, third = (_page(api, number) for number in (1, 2, 3))
    assert first["usageEvents"] == second["usageEvents"] != third["usageEvents"]
    assert second["pagination"]["currentPage"] == 2


def test_shuffled_pages_hold_the_same_rows(api: TestClient) -> None:
    whole = _walk(api)
    _switch(api, "shuffled")
    mixed = _walk(api)
    assert _rows(mixed) == _rows(whole)
    assert mixed[0]["usageEvents"] != whole[0]["usageEvents"]
    firsts = [_rows([page]) for page in mixed]
    assert firsts != [_rows([page]) for page in whole]


def test_the_count_is_wrong_and_the_pages_are_not(api: TestClient) -> None:
    whole = _walk(api)
    _switch(api, "count_wrong", by=-7)
    wrong = _walk(api)
    assert _rows(wrong) == _rows(whole)
    assert _announced(wrong) == {max(_announced(whole)) - 7}


@pytest.mark.parametrize(("fault", "shown"), [("no", None), ("zero", 0)])
def test_the_number_of_pages_is_not_told(
    api: TestClient, fault: str, shown: int | None
) -> None:
    _switch(api, f"{fault}_page_count")
    assert _page(api, 1)["pagination"].get("numPages") == shown
    assert _page(api, 1)["usageEvents"]
