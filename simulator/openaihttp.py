"""The OpenAI-compatible endpoints' HTTP: keys, faults, recording, writes."""

import json

from starlette.types import Receive, Scope, Send

from simulator import faults, openaichat
from simulator.openaichat import Events
from simulator.openaifaults import REPLIES, STREAMS
from simulator.player import read_body
from simulator.recorder import Entry
from simulator.reply import Reply, Write, as_json
from simulator.state import State

PATHS = {"/v1/chat/completions": "openai", "/v1/models": "openai_models"}
HEADERS = {"content-type": "text/event-stream; charset=utf-8", "x-request-id": "up_1"}


class OpenAI:
    def __init__(self, state: State) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = PATHS[scope["path"]]
        entry = self._state.record(kind, scope)
        body = await read_body(receive, entry)
        hit = self._state.board.take(kind)
        reply = self._reply(entry, body, hit)
        for fault in sorted(hit, key=lambda one: one.fault in faults.TOGETHER):
            if change := REPLIES.get(fault.fault):
                reply = change(reply, fault.options)
        reply = faults.change_answer(reply, hit)
        await self._state.player.play(reply, scope, receive, send, entry)

    def _reply(self, entry: Entry, body: bytes, hit: list[faults.Fault]) -> Reply:
        expected = "POST" if entry.kind == "openai" else "GET"
        if entry.method != expected:
            said = f"Use {expected}."
            return openaichat.error(405, said, "invalid_request_error")
        refusal = openaichat.refusal(entry.headers, self._state.tokens)
        if refusal is not None or entry.kind == "openai_models":
            return refusal or openaichat.models()
        entry.body = _recorded(body)
        asked = openaichat.read(body)
        if isinstance(asked, Reply):
            return asked
        if not asked.stream:
            return as_json(200, openaichat.whole(asked))
        events = openaichat.stream(asked)
        for fault in hit:
            if change := STREAMS.get(fault.fault):
                events = change(events, fault.options)
        return written(events, self._state.chunk_delay_ms)


def written(events: Events, delay_ms: float) -> Reply:
    end, parts = events.line_end, list[bytes]()
    for data in events.data:
        before = f": still here{end}{end}event: message{end}" if events.comments else ""
        parts.append(f"{before}data: {data}{end}{end}".encode())
    if parts and not events.blank_end:
        parts[-1] = parts[-1].removesuffix((end + end).encode())
    writes = [
        Write(part, delay_ms + (events.pause_ms if at == events.pause_at else 0))
        for at, part in enumerate(parts)
    ]
    if events.tail:
        writes.append(Write(events.tail))
    if events.size:
        whole = b"".join(write.data for write in writes)
        cuts = range(0, len(whole), events.size)
        writes = [Write(whole[at : at + events.size], 0) for at in cuts]
    return Reply(
        200,
        HEADERS,
        (Write(b"", events.stall_ms), *writes),
        cut=events.ends != "clean",
        is_reset=events.ends == "reset",
        early_headers=True,
    )


def _recorded(body: bytes) -> object:
    """The body as JSON, and its very text, for tests of what is passed on."""
    try:
        return {"json": json.loads(body), "text": body.decode()}
    except ValueError:
        return None
