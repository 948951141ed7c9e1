"""The Admin API's HTTP: key, JSON, faults, recording."""

import base64
import binascii
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from simulator import adminapi, faults
from simulator.asking import RefusedError
from simulator.generations import generation
from simulator.payloads import changed
from simulator.player import read_body
from simulator.recorder import Entry
from simulator.reply import Reply, as_json
from simulator.shapes import Json
from simulator.state import State
from simulator.team import Answer, Team


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
        hit = self._state.board.take(self._endpoint, _is_first_page(body))
        reply = faults.change_answer(self._reply(scope, entry, body, hit), hit)
        await self._state.player.play(reply, scope, receive, send, entry)

    def _reply(
        self, scope: Scope, entry: Entry, body: bytes, hit: list[faults.Fault]
    ) -> Reply:
        try:
            entry.body = asked = _decoded(body)
            self._check(entry)
            team = self._team(hit)
            payload = self._answer(team, asked | _of_path(scope))
        except RefusedError as error:
            return refused(error)
        if payload is None:
            return Reply(204)
        answer = changed(payload, self._endpoint, team.shape, team.faults)
        return as_json(200, answer)

    def _check(self, entry: Entry) -> None:
        if entry.method != self._method:
            raise RefusedError(405, "Method Not Allowed", f"use {self._method}")
        key = _key(entry.headers.get("authorization", ""))
        if key != self._state.admin_key:
            raise RefusedError(401, "Unauthorized", "Invalid Team API Key")
        self._state.limits.check(self._endpoint, key, self._state.world.clock())

    def _team(self, hit: list[faults.Fault]) -> Team:
        state = self._state
        return Team(
            world=state.world,
            daily=state.daily,
            blocklists=state.blocklists,
            limits=state.spend_limits,
            billed=state.billed(),
            shown=state.views.of(faults.quirks(hit)),
            shape=generation([fault.fault for fault in hit]),
            faults=tuple((fault.fault, fault.options) for fault in hit),
            rendered=None if hit else state.rendered,
        )


def _is_first_page(body: bytes) -> bool:
    try:
        return msgspec.json.decode(body, type=_Paged).page in (None, 1)
    except msgspec.MsgspecError:
        return True


class _Paged(msgspec.Struct):
    page: object = None


def refused(error: RefusedError) -> Reply:
    return as_json(error.status, error.body, error.headers)


def endpoints(state: State) -> dict[str, AdminApi]:
    """By path. No path has two methods so far."""
    return {
        path: AdminApi(state, method, endpoint, answer)
        for (method, path), (endpoint, answer) in adminapi.ANSWERS.items()
    }


def _of_path(scope: Scope) -> Json:
    """What the address itself asks: parts of the path, and the query."""
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    return {**query, **scope.get("path_params", {})}


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
