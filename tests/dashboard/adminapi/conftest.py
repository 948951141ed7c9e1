from collections.abc import Iterator

import pytest

from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from tests.vendor import Vendor


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
