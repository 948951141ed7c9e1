"""The /_sim endpoints that say what the tables must hold after a sync of all."""

import datetime as dt
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator import oracle
from simulator.control import route
from simulator.days import DAY_MS, day_from
from simulator.reply import encode
from simulator.state import State
from simulator.view import View


class Oracle:
    """Each takes `start` and `end`, both inclusive: dates, or milliseconds.

    `emails=kept` is for a reader that saw each address before it was blanked.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        return [
            route("/_sim/totals", "GET", self.totals),
            route("/_sim/events", "GET", self.events),
            route("/_sim/withdrawn", "GET", self.withdrawn),
            route("/_sim/expect", "GET", self.expect),
        ]

    async def totals(self, request: Request) -> Response:
        live = self._view(request).live(*_range(request.query_params))
        return _json(oracle.totals(live))

    async def events(self, request: Request) -> Response:
        live = self._view(request).live(*_range(request.query_params))
        return _json([oracle.row(event) for event in live])

    async def withdrawn(self, request: Request) -> Response:
        gone = self._view(request).withdrawn(*_range(request.query_params))
        return _json([oracle.row(event) for event in gone])

    async def expect(self, request: Request) -> Response:
        asked = _range(request.query_params)
        return _json(oracle.expectation(self._view(request), *asked))

    def _view(self, request: Request) -> View:
        return self._state.shown(request.query_params.get("emails") == "kept")


def _json(payload: object) -> Response:
    return Response(encode(payload), media_type="application/json")


def _range(asked: Mapping[str, str]) -> tuple[int, int]:
    return _instant(asked["start"], 0), _instant(asked["end"], DAY_MS - 1)


def _instant(text: str, into_day: int) -> int:
    if len(text) > len("2026-01-01") and text.isdigit():
        return int(text)
    return day_from(dt.date.fromisoformat(text)) * DAY_MS + into_day
