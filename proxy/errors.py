"""What a caller of `/v1` is told when a request does not succeed.

GatewayError
├── BadRequest          400  broken JSON, or nothing that can be read
│   └── BadField        400  one field is wrong; `param` names it
├── NotAuthenticated    401  no key, or not a good one
├── ModelNotAllowed     403  the key may not use this model
├── ModelNotFound       404
├── UnknownPath         404
├── WrongMethod         405
├── TooSlow             400  the body did not come
├── TooLarge            413
├── UnsupportedBody     415
├── Unavailable         503  no team yet, or no database
└── UpstreamFailed      400, 429, 502, 503, 504: what an upstream's failure means here

Every error is OpenAI's envelope with all four keys; `code` is a string or null.
https://platform.openai.com/docs/guides/error-codes
"""

import uuid
from collections.abc import Mapping

from proxy.answering import Answer, json
from proxy.upstream.vocabulary import Failed

INVALID, SERVER, UPSTREAM = "invalid_request_error", "server_error", "upstream_error"
# Some clients sleep for as long as they are told: never name more than this.
LONGEST_WAIT = 60


class GatewayError(Exception):
    """The base. `message` is for the caller and holds no secret of ours."""

    status = 500
    type = SERVER
    code: str | None = None
    param: str | None = None

    def __init__(
        self, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }

    def answer(self) -> Answer:
        return json(self.body(), self.status, **self.headers)


class BadRequest(GatewayError):
    status, type = 400, INVALID


class BadField(BadRequest):
    def __init__(self, param: str, code: str, message: str) -> None:
        super().__init__(message)
        self.param, self.code = param, code


class NotAuthenticated(GatewayError):
    status, type, code = 401, INVALID, "invalid_api_key"


class ModelNotAllowed(GatewayError):
    status, type, code, param = 403, INVALID, "model_not_allowed", "model"

    def __init__(self, model: str) -> None:
        super().__init__(f"This API key may not use the model `{model}`.")


class ModelNotFound(GatewayError):
    status, type, code, param = 404, INVALID, "model_not_found", "model"

    def __init__(self, model: str) -> None:
        super().__init__(f"The model `{model[:100]}` does not exist.")


class UnknownPath(GatewayError):
    status, type, code = 404, INVALID, "unknown_url"


class WrongMethod(GatewayError):
    status, type, code = 405, INVALID, "method_not_allowed"

    def __init__(self, method: str, allowed: str) -> None:
        message = f"{method} is not allowed here; use {allowed}."
        super().__init__(message, headers={"Allow": allowed})


class TooLarge(GatewayError):
    status, type, code = 413, INVALID, "request_too_large"


class TooSlow(GatewayError):
    """Not 408, which clients would send again."""

    status, type, code = 400, INVALID, "request_timeout"


class UnsupportedBody(GatewayError):
    status, type, code = 415, INVALID, "unsupported_content_encoding"


class Unavailable(GatewayError):
    status, code = 503, "overloaded"


class UpstreamFailed(GatewayError):
    """An upstream's failure, as far as it is the caller's business.

    The upstream's status speaks to us: its 401 is about our token, and its 404 not
    about the caller's path. Only what the caller can act on passes through.
    """

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message, headers=_retry_headers(failed))
        self.code, self.param = failed.code, failed.param
        self.status, self.type = _MEANINGS.get(failed.status, (502, UPSTREAM))


_MEANINGS = {
    400: (400, INVALID),
    413: (400, INVALID),
    429: (429, "rate_limit_error"),
    503: (503, SERVER),
    504: (504, UPSTREAM),
}


def _retry_headers(failed: Failed) -> dict[str, str]:
    if failed.retry_after is not None:
        return {"Retry-After": str(min(max(failed.retry_after, 1), LONGEST_WAIT))}
    # Clients try 429 and 5xx again by themselves; tell them where that is in vain.
    return {} if failed.retryable else {"x-should-retry": "false"}


def new_request_id() -> str:
    return f"req_{uuid.uuid4().hex}"
