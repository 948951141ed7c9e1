"""Each page's language: the person's choice (a cookie), else what the browser asks for.

Django's own middleware would hop into a thread for each request.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def languages(get_response: Callable[[HttpRequest], Any]) -> Callable[..., Any]:
    if iscoroutinefunction(get_response):
        return _asynchronous(get_response)

    def answer(request: HttpRequest) -> HttpResponse:
        _choose(request)
        return _told(get_response(request))

    return answer


def _asynchronous(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    async def answer(request: HttpRequest) -> HttpResponse:
        _choose(request)
        return _told(await get_response(request))

    return answer


def _choose(request: HttpRequest) -> None:
    """The language stays on after the answer: a stream is written later."""
    translation.activate(translation.get_language_from_request(request))
    request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE


def _told(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    response.headers.setdefault("Content-Language", str(translation.get_language()))
    return response
