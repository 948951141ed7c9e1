"""The gateway's views: who, what, and the answer in the shape that was asked for."""

import time
from collections.abc import Mapping
from functools import partial

from asgiref.sync import sync_to_async
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
from proxy.offload import shielded
from proxy.schemas import ChatRequest
from proxy.shape import Shape
from proxy.speaking import vendor_defaults
from proxy.upstream.vocabulary import Prompt
from proxy.usage import Record
from tokens.choosing import Wanted

WAITS = Waits()


@gateway("POST")
async def chat_completions(
    request: HttpRequest, caller: Caller, request_id: str
) -> HttpResponseBase:
    record = Record(request_id, caller)
    try:
        asked = schemas.parse(read_body(request))
        record.model, record.stream = asked.model, asked.stream
        model = await sync_to_async(catalogue.pick)(
            caller.team, asked.model, caller.allowed_models
        )
        prompts = upstreams.prompts(model.routes, asked)
    except GatewayError as error:
        record.refuse(error)
        await shielded(usage.write(record))
        raise
    return await _answer(asked, prompts, record)


async def _answer(
    asked: ChatRequest, prompts: Mapping[int, Prompt], record: Record
) -> HttpResponseBase:
    record.prompt_tokens = usage.estimate_prompts(prompts.values())
    open_stream = partial(
        upstreams.open_stream, connections.clients(), vendor_defaults(), prompts
    )
    chat = Chat(
        record.caller.team,
        open_stream,
        WAITS,
        whole=not asked.stream,
        wanted=Wanted(asked.model, record.caller.owner_email, prompts.keys()),
    )
    events = usage.recorded(chat, record)
    shape = Shape(
        id=f"chatcmpl-{record.request_id.removeprefix('req_')}",
        created=int(time.time()),
        model=asked.model,
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
    offered = await sync_to_async(catalogue.offered)(caller.team, caller.allowed_models)
    return JsonResponse(
        {"object": "list", "data": [model.as_json() for model in offered]}
    )


@gateway("GET", "HEAD")
async def model(
    request: HttpRequest, caller: Caller, request_id: str, model_id: str
) -> HttpResponse:
    picked = await sync_to_async(catalogue.pick)(
        caller.team, model_id, caller.allowed_models
    )
    return JsonResponse(picked.as_json())


@gateway()
async def unknown(
    request: HttpRequest, caller: Caller, request_id: str
) -> HttpResponse:
    raise UnknownPath(f"There is nothing at {request.method} {request.path[:200]}.")
