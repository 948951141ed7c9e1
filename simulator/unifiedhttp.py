"""The unified upstream's HTTP: tokens, versions, faults, recording."""

import json
import uuid
from dataclasses import asdict

from starlette.types import Receive, Scope, Send

from simulator import chat, faults, trailers, unified
from simulator.chat import Script
from simulator.chatfaults import STREAMS
from simulator.chatrequest import Fields
from simulator.player import read_body
from simulator.recorder import Entry
from simulator.reply import Reply, whole
from simulator.state import State
from simulator.unifiedfaults import CALLS
from simulator.wire import MalformedError

KINDS = {
    unified.PATH: "unified",
    unified.USAGE_PATH: "usage",
    unified.MODELS_PATH: "available_models",
}


class Unified:
    def __init__(self, state: State) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        entry = self._state.record(KINDS[scope["path"]], scope)
        entry.http_version = scope["http_version"]
        body = await read_body(receive, entry)
        hit = self._state.board.take(entry.kind)
        reply = faults.change_answer(self._reply(scope, entry, body, hit), hit)
        await self._state.player.play(reply, scope, receive, send, entry)

    def _reply(
        self, scope: Scope, entry: Entry, body: bytes, hit: list[faults.Fault]
    ) -> Reply:
        if entry.method != "POST":
            return whole(405, "text/plain", b"", {"allow": "POST"})
        if entry.kind != "unified":
            return self._unary(entry, body)
        if scope["scheme"] == "https" and not scope["http_version"].startswith("2"):
            return Reply(464, {"server": "awselb/2.0", "content-length": "0"})
        script = self._script(entry, body)
        if isinstance(script, Reply):
            return script
        for fault in hit:
            if change := {**STREAMS, **CALLS}.get(fault.fault):
                script = change(script, fault.options)
        return chat.reply(script, self._state.chunk_delay_ms)

    def _script(self, entry: Entry, body: bytes) -> Script | Reply:
        refusal = chat.refusal(entry.headers, self._state.tokens)
        if refusal is not None:
            return refusal
        try:
            request = unified.parse(body)
        except MalformedError as error:
            return Script((trailers.bare("invalid_argument", str(error)),))
        entry.body = asdict(request)
        usage_uuid = str(uuid.uuid4())
        counted = 10 * len(request.turns), 20
        self._state.usages[usage_uuid] = counted
        return unified.script(request, usage_uuid)

    def _unary(self, entry: Entry, body: bytes) -> Reply:
        if entry.headers.get("content-type") != "application/proto":
            return whole(415, "text/plain", b"")
        if entry.headers.get("authorization", "")[7:] not in self._state.tokens:
            return _error(401, "unauthenticated", "not_authenticated")
        if entry.kind == "available_models":
            return whole(200, "application/proto", unified.models())
        counted = self._state.usages.get(Fields(body).text(1))
        if counted is None:
            return _error(404, "not_found", "no such usage")
        return whole(200, "application/proto", unified.usage(*counted))


def _error(status: int, code: str, message: str) -> Reply:
    body = json.dumps({"code": code, "message": message}).encode()
    return whole(status, "application/json", body)
