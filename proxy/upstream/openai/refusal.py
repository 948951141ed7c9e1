"""What an OpenAI-compatible server's error means for the caller, the token, a next try.

Only an error about the request itself is told in the server's words. What it says about
our key names accounts and limits that are not the caller's business.
https://platform.openai.com/docs/guides/error-codes
"""

import re
from collections.abc import Mapping

import msgspec

from proxy.upstream.errors import Refused, UnexpectedStatus, UpstreamError

OF_THE_REQUEST = (400, 413, 422)
RETRYABLE = frozenset({408, 409, 500, 502, 503, 504, 529})
QUOTA = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
KEY = ("invalid_api_key", "account_deactivated", "invalid_authentication")
SENTENCES = {
    401: "The upstream refused its key.",
    402: "The upstream's account has no credit left.",
    403: "The upstream does not let its key do this.",
    404: "The upstream does not know this model or path.",
    429: "The upstream's rate limit is reached.",
}
# Seconds until a name that somebody may have put right is tried again.
WRONG_NAME = 60
NO_MODEL = "The upstream does not let its key use this model."


def told(payload: bytes) -> Mapping[str, object] | None:
    """The error object of a body or an event; None if it is none."""
    try:
        body = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    error = body.get("error") if isinstance(body, dict) else None
    # Some servers say only a sentence.
    return {"message": error} if isinstance(error, str) else _object(error)


def _object(error: object) -> Mapping[str, object] | None:
    return error if isinstance(error, dict) and error else None


def refusal(
    error: Mapping[str, object],
    unexpected: UnexpectedStatus,
    secret: str,
    model: str = "",
) -> UpstreamError:
    """`unexpected` is what the status alone says; `secret` is never told; `model` is
    the one that was asked for, if one was."""
    status, code = unexpected.status, _word(error.get("code"))
    if status in OF_THE_REQUEST:
        return Refused(
            _sentence(error, secret),
            status=400,
            code=code or "upstream_invalid_request",
            retryable=False,
            param=_word(error.get("param")),
        )
    if status in (403, 404) and model and _names(error, model):
        return _without_model(status)
    is_quota = code in QUOTA or error.get("type") in QUOTA
    blames = status in (401, 402, 403, 429)
    refused = Refused(
        SENTENCES[402 if is_quota else status]
        if is_quota or status in SENTENCES
        else unexpected.message,
        status=status,
        code="upstream_insufficient_quota" if is_quota else unexpected.code,
        retryable=blames or status in RETRYABLE,
        blames_token=blames,
        token_is_dead=status == 401 or code in KEY,
    )
    refused.retry_after = unexpected.retry_after
    return refused


def _names(error: Mapping[str, object], model: str) -> bool:
    """Is it about this model, and not about all that the key may do?"""
    if error.get("param") == "model" or f"{error.get('code')}".startswith("model_"):
        return True
    message, name = f"{error.get('message')}", re.escape(model)
    return re.search(rf"(?<![\w.-]){name}(?![\w-])", message) is not None


def _without_model(status: int) -> Refused:
    """The key is good for other models. OpenAI says 403 to a project without access,
    and 404 to one that may not even know; but then the name may be wrong as well."""
    refused = Refused(
        NO_MODEL,
        status=403,
        code="upstream_model_not_allowed",
        retryable=True,
        blames_token=True,
    )
    refused.retry_after = WRONG_NAME if status == 404 else None
    return refused


def in_stream(error: Mapping[str, object], secret: str) -> Refused:
    """An error event in a stream that had begun with status 200."""
    number = error.get("code")
    status = number if isinstance(number, int) and 400 <= number < 600 else 502
    limited = status == 429 or "rate_limit" in f"{error.get('type')} {number}"
    return Refused(
        SENTENCES[429] if limited else _sentence(error, secret),
        status=429 if limited else status,
        code="upstream_http_429" if limited else "upstream_stream_error",
        retryable=True,
        blames_token=limited,
    )


def _sentence(error: Mapping[str, object], secret: str) -> str:
    message = error.get("message")
    words = " ".join(message.split()) if isinstance(message, str) else ""
    if secret:
        words = words.replace(secret, "…")
    return words[:1000] or "The upstream refused the request without a reason."


def _word(value: object) -> str | None:
    return value[:100] if isinstance(value, str) and value else None
