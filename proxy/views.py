"""The gateway's routes: what was asked for, and the answer in its shape."""

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from proxy import catalogue, connections, neighbours, schemas, sse, upstreams, usage
from proxy.answering import JSON, Answer, Streaming, json
from proxy.asking import Request
from proxy.auth import Caller
from proxy.catalogue import Model
from proxy.chat import Chat, Waits
from proxy.errors import GatewayError
from proxy.memory import Memory
from proxy.offload import in_database, shielded
from proxy.schemas import ChatRequest
from proxy.shape import Shape
from proxy.speaking import vendor_defaults
from proxy.upstream.vocabulary import Prompt
from proxy.usage import Record
from tokens.choosing import Wanted

WAITS = Waits()
DESCRIPTION = Path(__file__).with_name("openapi.json").read_bytes()
STREAM = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
}
# Which upstreams serve a model is asked again twice a second.
_models: Memory[tuple[int, str, frozenset[str]], Model] = Memory(seconds=0.5)


async def chat_completions(
    request: Request, caller: Caller, request_id: str
) -> Answer | Streaming:
    record = Record(request_id, caller)
    try:
        asked = schemas.parse(await request.body())
        record.model, record.stream = asked.model, asked.stream
        picked = await _pick(caller, asked.model)
        prompts = upstreams.prompts(picked.routes, asked)
    except GatewayError as error:
        record.refuse(error)
        await shielded(usage.write(record))
        raise
    return await _answer(asked, prompts, record)


async def _answer(
    asked: ChatRequest, prompts: Mapping[int, Prompt], record: Record
) -> Answer | Streaming:
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
    neighbours.tell()
    events = usage.recorded(chat, record)
    shape = Shape(
        id=f"chatcmpl-{record.request_id.removeprefix('req_')}",
        created=int(time.time()),
        model=asked.model,
        include_usage=asked.include_usage,
    )
    if not asked.stream:
        return Answer(200, await sse.whole(events, shape, record.usage), JSON)
    pieces = sse.stream(events, shape, record.usage)
    # Until here a failure is a proper HTTP answer; from here on it is an event.
    first = await anext(pieces)
    record.committed = True
    return Streaming(sse.chained(first, pieces), STREAM)


async def models(caller: Caller) -> Answer:
    offered = await in_database(catalogue.offered, caller.team, caller.allowed_models)
    return json({"object": "list", "data": [model.as_json() for model in offered]})


async def model(caller: Caller, model_id: str) -> Answer:
    return json((await _pick(caller, model_id)).as_json())


async def description() -> Answer:
    """What all this looks like, in OpenAPI 3.1."""
    return Answer(200, DESCRIPTION, JSON)


async def _pick(caller: Caller, model_id: str) -> Model:
    """Raises ModelNotFound and ModelNotAllowed."""
    key = caller.team.pk, model_id, caller.allowed_models
    if known := _models.get(key):
        return known
    picked = await in_database(
        catalogue.pick, caller.team, model_id, caller.allowed_models
    )
    return _models.put(key, picked)
