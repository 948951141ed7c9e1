import pytest

from proxy.blame import cause_of, verdict
from proxy.upstream.vocabulary import Failed
from tokens.choosing import Nothing
from tokens.health import Cause


@pytest.mark.parametrize(
    ("failed", "cause"),
    [
        (Failed(401, "upstream_not_logged_in", "x", True, True, True), Cause.REJECTED),
        (Failed(403, "upstream_not_logged_in", "x", True, True, True), Cause.REJECTED),
        (Failed(429, "upstream_rate_limited", "x", True, True), Cause.RATE),
        (Failed(429, "upstream_http_429", "x", True, True), Cause.RATE),
        (Failed(402, "upstream_http_402", "x", True, True), Cause.QUOTA),
        (Failed(503, "upstream_pro_user_usage_limit", "x", True, True), Cause.QUOTA),
        (Failed(429, "insufficient_quota", "x", True, True), Cause.QUOTA),
        (Failed(403, "upstream_pro_user_only", "x", True, True), Cause.MODEL),
        (Failed(403, "upstream_model_not_allowed", "x", True, True), Cause.MODEL),
        (Failed(403, "upstream_http_403", "x", True, True), Cause.FAULT),
        (Failed(401, "upstream_http_401", "x", True, True), Cause.FAULT),
        (Failed(502, "upstream_cut", "x", True), Cause.FAULT),
        (Failed(504, "upstream_timeout", "x", True), Cause.FAULT),
        (Failed(502, "upstream_bad_answer", "x"), None),
        (Failed(400, "upstream_bad_request", "x"), None),
        (Failed(429, "upstream_busy", "x", True), None),
    ],
)
def test_a_failure_is_blamed_on_the_token_as_far_as_it_is_its_own(
    failed: Failed, cause: Cause | None
) -> None:
    assert cause_of(failed) is cause


def test_the_pools_trouble_is_never_the_callers_401() -> None:
    dead = Failed(401, "upstream_not_logged_in", "Not logged in.", True, True, True)
    told = verdict(Nothing(), dead)
    assert (told.status, told.code, told.retryable) == (503, "overloaded", False)
    assert "Not logged in." in told.message
    told = verdict(Nothing(limited=True, wait=7), dead)
    assert (told.status, told.code) == (429, "rate_limit_exceeded")
    assert told.retry_after == 7
    assert "Not logged in." not in told.message
