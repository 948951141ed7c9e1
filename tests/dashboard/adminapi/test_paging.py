"""Lists of people in several pages, that do not hold still while they are read."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from dashboard.adminapi import errors
from dashboard.adminapi.client import DAY_MS, AdminApi
from dashboard.adminapi.http import Http
from dashboard.adminapi.notes import Notes
from simulator.app import make_app, make_world
from simulator.days import Clock
from simulator.faults import FaultBoard

NOW = int(datetime(2026, 3, 12, 9, tzinfo=UTC).timestamp() * 1000)
PEOPLE = 450
Read = Callable[[AdminApi], list[Any]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[TestClient]:
    app = make_app(make_world(1, PEOPLE, 2, Clock(NOW)), admin_key="k")
    with TestClient(app, base_url="http://vendor") as simulator:
        yield simulator


@pytest.fixture
def board(simulator: TestClient) -> Iterator[FaultBoard]:
    board: FaultBoard = simulator.app.state.simulator.board  # type: ignore[attr-defined]
    yield board
    board.clear()


@pytest.fixture
def asked() -> list[str]:
    """The path of each request."""
    return []


@pytest.fixture
def api(simulator: TestClient, asked: list[str]) -> AdminApi:
    def carry(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        answer = simulator.request(
            request.method,
            request.url.path,
            headers=dict(request.headers),
            content=request.content,
        )
        return httpx.Response(answer.status_code, content=answer.content)

    return AdminApi(Http("http://vendor", "k", httpx.MockTransport(carry)))


def spend(api: AdminApi) -> list[Any]:
    return list(api.spend(Notes()).records)


def daily(api: AdminApi) -> list[Any]:
    return list(api.daily_usage(NOW - NOW % DAY_MS, NOW, Notes()))


LISTS = pytest.mark.parametrize(
    ("stream", "read"), [("spend", spend), ("daily", daily)]
)
DRIFTS = pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("duplicated_page", {}),
        ("page_drift", {"rows": 1}),
        ("page_drift", {"rows": -1}),
        ("page_drift", {"count": "same"}),
    ],
)


@LISTS
@DRIFTS
def test_a_list_whose_pages_moved_is_walked_again(
    api: AdminApi,
    board: FaultBoard,
    asked: list[str],
    stream: str,
    read: Read,
    fault: str,
    options: dict[str, object],
) -> None:
    whole = read(api)
    alone = len(asked)
    board.add(stream, fault, 1, options)
    assert read(api) == whole
    assert alone > 2
    assert 2 * alone < len(asked) <= 4 * alone


@LISTS
def test_a_list_that_never_holds_still_is_refused_by_name(
    api: AdminApi, board: FaultBoard, stream: str, read: Read
) -> None:
    board.add(stream, "duplicated_page", None, {})
    with pytest.raises(errors.PagesMoved, match="kept changing while they were read"):
        read(api)
