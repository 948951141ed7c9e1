import json

import pytest

from proxy import errors
from proxy.errors import GatewayError, UpstreamFailed
from proxy.upstream.vocabulary import Failed

ALL = [
    errors.BadRequest("x"),
    errors.BadField("n", "invalid_type", "x"),
    errors.NotAuthenticated("x"),
    errors.ModelNotAllowed("m"),
    errors.ModelNotFound("m"),
    errors.UnknownPath("x"),
    errors.WrongMethod("GET", "POST"),
    errors.TooSlow("x"),
    errors.TooLarge("x"),
    errors.UnsupportedBody("x"),
    errors.Unavailable("x"),
    errors.GatewayError("x"),
    UpstreamFailed(Failed(502, "upstream_cut", "x")),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_every_error_has_all_four_keys(error: GatewayError) -> None:
    answer = error.answer()
    assert answer.headers["content-type"] == "application/json"
    told = json.loads(answer.body)["error"]
    assert list(told) == ["message", "type", "param", "code"]
    assert isinstance(told["message"], str)
    assert isinstance(told["type"], str)
    assert isinstance(told["code"], str | None)


@pytest.mark.parametrize(
    ("upstream", "status", "kind"),
    [
        (400, 400, "invalid_request_error"),
        (401, 502, "upstream_error"),
        (403, 502, "upstream_error"),
        (404, 502, "upstream_error"),
        (410, 502, "upstream_error"),
        (429, 429, "rate_limit_error"),
        (499, 502, "upstream_error"),
        (500, 502, "upstream_error"),
        (503, 503, "server_error"),
        (504, 504, "upstream_error"),
        (533, 502, "upstream_error"),
    ],
)
def test_an_upstreams_status_is_told_as_far_as_it_is_the_callers_business(
    upstream: int, status: int, kind: str
) -> None:
    error = UpstreamFailed(Failed(upstream, "upstream_x", "It said so."))
    assert (error.status, error.type) == (status, kind)
    assert (error.code, error.message) == ("upstream_x", "It said so.")


def test_a_wait_is_named_but_never_a_long_one() -> None:
    for wait, told in ((0, "1"), (7, "7"), (86400, "60")):
        error = UpstreamFailed(Failed(429, "x", "x", True, retry_after=wait))
        assert error.headers == {"Retry-After": told}


def test_clients_are_told_where_another_try_is_in_vain() -> None:
    assert UpstreamFailed(Failed(429, "x", "x")).headers == {"x-should-retry": "false"}
    assert UpstreamFailed(Failed(429, "x", "x", retryable=True)).headers == {}
