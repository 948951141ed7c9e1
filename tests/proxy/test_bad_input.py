"""What callers must not send, and who may ask at all."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.live import Product
from tests.proxy.gateway import HELLO, Gateway, refusal

pytestmark = pytest.mark.once

MIB = 1024 * 1024
PACKED = {"Content-Encoding": "gzip"}


@pytest.fixture(scope="module")
def gateway(live: Product) -> Gateway:
    return Gateway(live, live.auth_token)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"content": b'{"model": '}, 400),
        ({"content": b"\xff\xfe"}, 400),
        ({"content": b'"\\ud800"'}, 400),
        ({"content": b"[" * 10_000 + b"]" * 10_000}, 400),
        ({"content": b'{"model":' * 10_000}, 400),
        ({"content": b"{}", "headers": PACKED}, 400),
        ({"content": gzip.compress(b"{}")[:-4], "headers": PACKED}, 400),
        ({"content": gzip.compress(b"{}") + b"x", "headers": PACKED}, 400),
        ({"content": b"{}", "headers": {"Content-Encoding": "br"}}, 415),
        ({"content": gzip.compress(b" " * (33 * MIB)), "headers": PACKED}, 413),
        ({"content": b" " * (33 * MIB)}, 413),
        ({"content": (b" " * MIB for _ in range(33))}, 413),
    ],
    ids=[
        "broken",
        "bytes",
        "half a pair",
        "deep",
        "deep and open",
        "not packed",
        "packed and cut",
        "packed and more",
        "packed another way",
        "large when unpacked",
        "large",
        "large in chunks",
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    gateway: Gateway, options: dict[str, Any], status: int
) -> None:
    answer = gateway.post(**({"json": None} | options))
    assert answer.status_code == status
    assert refusal(answer)["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/chat/completions", 405),
        ("PUT", "/chat/completions", 405),
        ("POST", "/models", 405),
        ("DELETE", "/models/o1", 405),
        ("GET", "", 404),
        ("GET", "/", 404),
        ("GET", "/models/", 404),
        ("POST", "/chat/completions/", 404),
        ("POST", "/embeddings", 404),
        ("GET", "/%00/../x", 404),
        ("GET", "%0a", 404),
        ("GET", "%0amodels", 404),
        ("GET", "/models%0a", 404),
        ("GET", "/models/%0a", 404),
        ("GET", ";x", 404),
        ("OPTIONS", "/models", 405),
        ("BREW", "/models", 405),
    ],
)
def test_every_other_route_answers_json_and_a_wrong_key_is_told_first(
    gateway: Gateway, method: str, path: str, status: int
) -> None:
    url = f"{gateway.url}{path}"
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = httpx.request(method, url, headers=headers)
        assert (answer.status_code, refusal(answer)["code"]) == (401, "invalid_api_key")
    answer = httpx.request(method, url, headers=gateway.headers)
    assert answer.status_code == status
    assert refusal(answer)["type"] == "invalid_request_error"
    if status == 405:
        assert answer.headers["allow"]


def test_a_packed_body_is_unpacked(gateway: Gateway) -> None:
    packed = gzip.compress(json.dumps(HELLO).encode())
    assert gateway.post(json=None, content=packed, headers=PACKED).status_code == 200


def test_a_wrong_key_is_told_before_a_large_body_is_read(gateway: Gateway) -> None:
    body = (b" " * MIB for _ in range(64))
    answer = gateway.post(key="wrong", json=None, content=body)
    assert (answer.status_code, refusal(answer)["code"]) == (401, "invalid_api_key")


def test_a_foreign_host_name_is_refused_in_the_same_shape(gateway: Gateway) -> None:
    answer = gateway.post(headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in refusal(answer)["message"]


def test_a_web_page_may_ask_before_it_has_shown_its_key(gateway: Gateway) -> None:
    url = f"{gateway.url}/chat/completions"
    wish = {
        "Origin": "https://page.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, x-stainless-os",
    }
    asked = httpx.options(url, headers=wish)
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert asked.headers["access-control-allow-headers"].startswith("authorization")
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in asked.headers
    for answer in (gateway.post(headers=wish), gateway.post(key="x", headers=wish)):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-expose-headers"] == "*"
    assert "access-control-allow-origin" not in gateway.post().headers


@pytest.mark.parametrize(
    "bearer",
    [b"x" * 100_000, b"\xff\xfe", b"'; DROP TABLE", b"sk-000000000000-", b'"\t"'],
)
def test_an_odd_bearer_is_a_wrong_key(gateway: Gateway, bearer: bytes) -> None:
    headers = {b"authorization": b"Bearer " + bearer}
    answer = httpx.get(f"{gateway.url}/models", headers=headers)
    assert (answer.status_code, refusal(answer)["code"]) == (401, "invalid_api_key")
