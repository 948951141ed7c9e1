"""The /_sim endpoints that turn knobs: recorded requests, faults, clock, tokens."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.faults import FaultBoard, UnknownFaultError
from simulator.ratelimits import DOCUMENTED
from simulator.state import State

Handler = Callable[[Request], Awaitable[Response]]


class NewFault(msgspec.Struct, forbid_unknown_fields=True):
    endpoint: str
    fault: str
    times: int | None = None
    options: dict[str, object] = msgspec.field(default_factory=dict)


class NewClock(msgspec.Struct, forbid_unknown_fields=True):
    now_ms: int | None


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    token: str


class NewPatterns(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    patterns: list[str] | None


Limits = dict[str, int] | Literal["documented"] | None


class Control:
    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        return [
            route("/_sim/health", "GET", self.health),
            route("/_sim/requests", "GET", self.requests),
            route("/_sim/requests", "DELETE", self.forget_requests),
            route("/_sim/faults", "GET", self.faults),
            route("/_sim/faults", "POST", self.add_fault),
            route("/_sim/faults", "DELETE", self.clear_faults),
            route("/_sim/clock", "GET", self.clock),
            route("/_sim/clock", "POST", self.set_clock),
            route("/_sim/limits", "GET", self.limits),
            route("/_sim/limits", "POST", self.set_limits),
            route("/_sim/blocklists", "POST", self.edit_blocklist),
            route("/_sim/tokens", "POST", self.add_token),
        ]

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok", "now_ms": self._state.world.clock()})

    async def requests(self, request: Request) -> Response:
        kind = request.query_params.get("kind")
        return JSONResponse(self._state.recorder.as_json(kind))

    async def forget_requests(self, request: Request) -> Response:
        self._state.recorder.clear()
        return Response(status_code=204)

    async def faults(self, request: Request) -> Response:
        return JSONResponse(self._state.board.as_json())

    async def add_fault(self, request: Request) -> Response:
        new = msgspec.json.decode(await request.body(), type=NewFault)
        board: FaultBoard = self._state.board
        added = board.add(new.endpoint, new.fault, new.times, new.options)
        return JSONResponse(msgspec.to_builtins(added), status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        self._state.board.clear(request.query_params.get("endpoint"))
        return Response(status_code=204)

    async def clock(self, request: Request) -> Response:
        clock = self._state.world.clock
        return JSONResponse({"now_ms": clock(), "fixed": clock.fixed is not None})

    async def set_clock(self, request: Request) -> Response:
        new = msgspec.json.decode(await request.body(), type=NewClock)
        self._state.world.clock.fixed = new.now_ms
        return await self.clock(request)

    async def limits(self, request: Request) -> Response:
        limits = self._state.limits
        return JSONResponse({"limits": limits.limits, "retry_after": limits.form})

    async def set_limits(self, request: Request) -> Response:
        """Requests per minute by endpoint, "documented", or null for none."""
        new = msgspec.json.decode(await request.body() or b"null", type=Limits)
        wanted = DOCUMENTED if isinstance(new, str) else new
        form = request.query_params.get("retry_after", "none")
        self._state.limits.switch(wanted, form)
        return await self.limits(request)

    async def edit_blocklist(self, request: Request) -> Response:
        """As somebody does in the vendor's own pages; null takes one off."""
        new = msgspec.json.decode(await request.body(), type=NewPatterns)
        now = self._state.world.clock()
        self._state.blocklists.edit(new.url, new.patterns, now)
        return JSONResponse({"repos": self._state.blocklists.repos(now)})

    async def add_token(self, request: Request) -> Response:
        new = msgspec.json.decode(await request.body(), type=NewToken)
        self._state.tokens.add(new.token)
        return JSONResponse({"tokens": len(self._state.tokens)}, status_code=201)


def route(path: str, method: str, handler: Handler) -> Route:
    return Route(path, _explained(handler), methods=[method])


def _explained(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except KeyError as error:
            return JSONResponse({"error": f"{error} is missing"}, status_code=400)
        except (msgspec.MsgspecError, UnknownFaultError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return answer
