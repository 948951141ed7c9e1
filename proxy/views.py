"""The gateway's views: who, what, and the answer in the shape that was asked for."""

import time
from functools import partial

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)

from proxy import catalogue, connections, schemas, sse, upstreams, usage
from proxy.auth import Caller
from proxy.chat import Chat, Waits
from proxy.doors import gateway, read_body
from proxy.errors import GatewayError, UnknownPath
from proxy.schemas import ChatRequest
from proxy.usage import Record

WAITS = Waits()


@gateway("POST")
async def chat_completions(
    request: HttpRequest, caller: Caller, request_id: str
) -> HttpResponseBase:
    record = Record(request_id, caller)
    try:
        asked = schemas.parse(read_body(request))
        record.model, record.stream = asked.prompt.model, asked.stream
        catalogue.pick(asked.prompt.model, record.caller.allowed_models)
    except GatewayError as error:
        record.refuse(error)
        await usage.shielded(usage.write(record))
        raise
    record.prompt_tokens = usage.estimate_prompt(asked.prompt)
    return await _answer(asked, record)


async def _answer(asked: ChatRequest, record: Record) -> HttpResponseBase:
    open_stream = partial(
        upstreams.open_stream,
        connections.client(),
        prompt=asked.prompt,
        client_version=settings.CURSOR_CLIENT_VERSION,
    )
    chat = Chat(record.caller.team, open_stream, WAITS, whole=not asked.stream)
    events = usage.recorded(chat, record)
    shape = sse.Shape(
        id=f"chatcmpl-{record.request_id.removeprefix('req_')}",
        created=int(time.time()),
        model=asked.prompt.model,
        include_usage=asked.include_usage,
    )
    if not asked.stream:
        body = await sse.whole(events, shape, record.usage)
        return HttpResponse(body, content_type="application/json")
    pieces = sse.stream(events, shape, record.usage)
    # Until here a failure is a proper HTTP answer; from here on it is an event.
    first = await anext(pieces)
    record.committed = True
    return StreamingHttpResponse(
        sse.chained(first, pieces),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


@gateway("GET", "HEAD")
async def models(request: HttpRequest, caller: Caller, request_id: str) -> HttpResponse:
    offered = catalogue.offered(caller.allowed_models)
    return JsonResponse(
        {"object": "list", "data": [model.as_json() for model in offered]}
    )


@gateway("GET", "HEAD")
async def model(
    request: HttpRequest, caller: Caller, request_id: str, model_id: str
) -> HttpResponse:
    return JsonResponse(catalogue.pick(model_id, caller.allowed_models).as_json())


@gateway()
async def unknown(
    request: HttpRequest, caller: Caller, request_id: str
) -> HttpResponse:
    raise UnknownPath(f"There is nothing at {request.method} {request.path[:200]}.")
