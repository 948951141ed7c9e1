"""The Admin API's HTTP: key, JSON, faults, recording."""

import base64
import binascii

import msgspec
from starlette.types import Receive, Scope, Send

from simulator import adminapi, faults
from simulator.adminapi import Answer, RefusedError, Team
from simulator.player import read_body
from simulator.recorder import Entry
from simulator.reply import Reply, as_json
from simulator.shapes import Json
from simulator.state import State


class AdminApi:
    """One ASGI endpoint for one path of the Admin API."""

    def __init__(
        self, state: State, method: str, endpoint: str, answer: Answer
    ) -> None:
        self._state, self._method = state, method
        self._endpoint, self._answer = endpoint, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        entry = self._state.record("admin", scope)
        body = await read_body(receive, entry)
        hit = self._state.board.take(self._endpoint)
        reply = faults.change_answer(self._reply(entry, body, hit), hit)
        await self._state.player.play(reply, scope, receive, send, entry)

    def _reply(self, entry: Entry, body: bytes, hit: list[faults.Fault]) -> Reply:
        try:
            entry.body = asked = _decoded(body)
            self._check(entry)
            payload = self._answer(self._team(hit), asked)
        except RefusedError as error:
            return refused(error)
        return as_json(200, faults.change_payload(payload, self._endpoint, hit))

    def _check(self, entry: Entry) -> None:
        if entry.method != self._method:
            raise RefusedError(405, "Method Not Allowed", f"use {self._method}")
        if _key(entry.headers.get("authorization", "")) != self._state.admin_key:
            raise RefusedError(401, "Unauthorized", "Invalid Team API Key")

    def _team(self, hit: list[faults.Fault]) -> Team:
        state = self._state
        blanked = any(fault.fault == faults.BLANKED for fault in hit)
        blank = state.world.gone_emails() if blanked else frozenset[str]()
        return Team(state.world, state.daily, blank)


def refused(error: RefusedError) -> Reply:
    return as_json(error.status, {"error": error.error, "message": error.message})


def endpoints(state: State) -> dict[str, AdminApi]:
    """By path. No path has two methods so far."""
    return {
        path: AdminApi(state, method, endpoint, answer)
        for (method, path), (endpoint, answer) in adminapi.ANSWERS.items()
    }


def _decoded(body: bytes) -> Json:
    try:
        asked = msgspec.json.decode(body) if body else {}
    except msgspec.DecodeError as error:
        raise RefusedError(400, "Bad Request", "body is not JSON") from error
    if not isinstance(asked, dict):
        raise RefusedError(400, "Bad Request", "body is not a JSON object")
    return asked


def _key(header: str) -> str | None:
    """The user name of Basic auth; the password must be empty."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = (
            base64.b64decode(value, validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user if not password else None
