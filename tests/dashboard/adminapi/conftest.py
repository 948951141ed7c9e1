from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from limits.storage import memory

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import LONGEST_WAIT, Http
from dashboard.adminapi.pace import Paced, Priority
from dashboard.adminapi.pacestore import InMemory
from tests.vendor import Vendor

MEMBERS, EVENTS = "/teams/members", "/teams/filtered-usage-events"
START = 1_790_000_010.0  # thirty seconds before a minute of the clock begins


class Pauses(list[float]):
    """Takes the place of sleeping and remembers for how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def api(vendor: Vendor, pauses: Pauses) -> Iterator[AdminApi]:
    client = AdminApi(Http(vendor.url, vendor.key, wait=pauses))
    yield client
    client.close()


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        assert 0 < seconds <= LONGEST_WAIT
        self.now += seconds


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    """The storage of `limits` takes no clock: the module's own is exchanged."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "time", SimpleNamespace(time=clock))
        yield clock


@pytest.fixture
def pace(clock: Clock) -> Paced:
    clock.now = START
    return Paced(InMemory(clock), "acme", Priority.USER, clock, jitter=lambda: 2.0)


def taken(pace: Paced, path: str, tries: int = 200) -> int:
    """Requests that may go at once."""
    return sum(pace.acquire(path) == 0 for _ in range(tries))
