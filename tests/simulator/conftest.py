"""A small team on a fixed day; nothing here touches Django or a network."""

import base64
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from simulator.app import make_app, make_world
from simulator.days import Clock
from simulator.state import DEMO_KEY
from simulator.world import World

# Friday 20 November 2026, 15:00 UTC.
NOW_MS = 1_795_186_800_000


@pytest.fixture(scope="session")
def world() -> World:
    """Shared: tests that move time make their own."""
    return make_world(seed=7, people=20, days=46, clock=Clock(NOW_MS))


@pytest.fixture
def api(world: World) -> Iterator[TestClient]:
    app = make_app(world, chunk_delay_ms=0)
    with TestClient(app, base_url="http://sim") as client:
        client.headers["authorization"] = basic(DEMO_KEY)
        yield client


def basic(user: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
