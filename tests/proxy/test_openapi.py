"""The description of `/v1`, and what schemathesis finds with it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance import described
from tests.live import Product
from tests.proxy import kinds
from tests.proxy.gateway import Gateway

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def gateway(live: Product) -> Iterator[Gateway]:
    kinds.add(live)
    yield Gateway(live, live.auth_token)


def test_it_is_served_to_whoever_has_a_key(gateway: Gateway) -> None:
    url = f"{gateway.url}/openapi.json"
    assert httpx.get(url).status_code == 401
    answer = httpx.get(url, headers=gateway.headers)
    assert answer.headers["content-type"] == "application/json"
    served = answer.json()
    assert served["openapi"] == "3.1.0"
    assert set(served["paths"]) == {"/chat/completions", "/models", "/models/{model}"}


@pytest.mark.timeout(300)
def test_what_it_allows_is_answered_as_it_says(gateway: Gateway) -> None:
    result = described.run(gateway, "provided", examples=3, seed=1)
    assert result.problems == ()
    assert result.cases > 100
