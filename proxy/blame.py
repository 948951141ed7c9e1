"""What an upstream's failure says about the token, and about the whole pool."""

from proxy.upstream.vocabulary import Failed
from tokens.choosing import Nothing
from tokens.health import Cause

QUOTA_CODES = (
    "usage_limit",
    "account_limit_exceeded",
    "usage_pricing_required",
    "insufficient_quota",
)


def cause_of(failed: Failed) -> Cause | None:
    """None: the failure tells nothing about the token, as a mistake of the caller's."""
    if failed.token_is_dead:
        return Cause.REJECTED
    if not failed.blames_token:
        broke = failed.retryable and failed.status >= 500
        return Cause.FAULT if broke else None
    if failed.status == 402 or any(code in failed.code for code in QUOTA_CODES):
        return Cause.QUOTA
    if failed.status == 429:
        return Cause.RATE
    # A bare status may be that of a proxy on the way: it is no word about a model.
    told = not failed.code.startswith("upstream_http_")
    return Cause.MODEL if failed.status == 403 and told else Cause.FAULT


def verdict(nothing: Nothing, last: Failed | None) -> Failed:
    """What a caller is told when no token can serve. `last` is how the last token
    failed, whose own status is the pool's business and not the caller's."""
    if nothing.limited:
        return Failed(
            status=429,
            code="rate_limit_exceeded",
            message="Every upstream token that is left is rate-limited now.",
            retryable=True,
            retry_after=nothing.wait,
        )
    said = f" {last.message}" if last else ""
    return Failed(
        status=503,
        code="overloaded",
        message=f"No upstream token can serve this request now.{said}",
        retryable=nothing.wait is not None,
        retry_after=nothing.wait,
    )
