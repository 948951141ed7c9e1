"""The StreamChat endpoint's HTTP: tokens, faults, recording."""

from dataclasses import asdict

from starlette.types import Receive, Scope, Send

from simulator import chat, faults
from simulator.chat import Script
from simulator.chatfaults import STREAMS
from simulator.chatrequest import ChatRequest
from simulator.player import read_body
from simulator.recorder import Entry
from simulator.reply import Reply, whole
from simulator.state import State


class StreamChat:
    def __init__(self, state: State) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        entry = self._state.record("chat", scope)
        body = await read_body(receive, entry)
        hit = self._state.board.take("chat")
        reply = faults.change_answer(self._reply(entry, body, hit), hit)
        await self._state.player.play(reply, scope, receive, send, entry)

    def _reply(self, entry: Entry, body: bytes, hit: list[faults.Fault]) -> Reply:
        if entry.method != "POST":
            return whole(405, "text/plain", b"", {"allow": "POST"})
        script = self._script(entry, body)
        if isinstance(script, Reply):
            return script
        for fault in hit:
            if change := STREAMS.get(fault.fault):
                script = change(script, fault.options)
        return chat.reply(script, self._state.chunk_delay_ms)

    def _script(self, entry: Entry, body: bytes) -> Script | Reply:
        request = chat.read(body, entry.headers)
        if isinstance(request, ChatRequest):
            entry.body = asdict(request)
        refusal = chat.refusal(entry.headers, self._state.tokens)
        if refusal is not None:
            return refusal
        return chat.script(request) if isinstance(request, ChatRequest) else request
