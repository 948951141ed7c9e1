"""What all views of the gateway share: key, method, request id, errors as JSON."""

import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from proxy.auth import Caller, authenticate
from proxy.errors import (
    BadRequest,
    GatewayError,
    TooLarge,
    UnsupportedBody,
    WrongMethod,
    new_request_id,
)

logger = logging.getLogger(__name__)
View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def gateway(*methods: str) -> Callable[[View], View]:
    """The view gets `request`, its `caller`, and a new `request_id`, which every answer
    carries. A wrong key is told before anything else that is wrong."""

    def decorate(view: View) -> View:
        @wraps(view)
        async def answered(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            request_id = new_request_id()
            try:
                caller = await caller_of(request)
                if methods and request.method not in methods:
                    raise WrongMethod(str(request.method), ", ".join(methods))
                response = await view(
                    request, caller=caller, request_id=request_id, **kwargs
                )
            except GatewayError as error:
                response = error.response()
            except Exception:
                logger.exception("Request %s broke the gateway.", request_id)
                response = GatewayError("Something broke on our side.").response()
            response["x-request-id"] = request_id
            return response

        return csrf_exempt(answered)

    return decorate


async def caller_of(request: HttpRequest) -> Caller:
    header = request.headers.get("Authorization", "")
    return await sync_to_async(authenticate)(
        header, settings.AUTH_TOKEN, datetime.now(UTC)
    )


def read_body(request: HttpRequest) -> bytes:
    """The body within the limit of DATA_UPLOAD_MAX_MEMORY_SIZE; raises GatewayError.

    Django looks at Content-Length only, and a chunked body has none.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedBody("Send the body without a Content-Encoding.")
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        body: bytes = request.read(limit + 1)
    except RequestDataTooBig:
        raise TooLarge(_too_large(limit)) from None
    except (OSError, UnreadablePostError):
        raise BadRequest("The request's body could not be read.") from None
    if len(body) > limit:
        raise TooLarge(_too_large(limit))
    return body


def _too_large(limit: int) -> str:
    return f"The request's body is larger than {limit // 1024 // 1024} MiB."
