"""One ASGI app: the Admin API, the chat upstreams, and the control endpoints."""

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from simulator import chat, openaihttp, unifiedhttp
from simulator.adminhttp import endpoints, refused
from simulator.asking import RefusedError
from simulator.chathttp import StreamChat
from simulator.control import Control
from simulator.days import Clock
from simulator.openaihttp import OpenAI
from simulator.oraclehttp import Oracle
from simulator.player import read_body
from simulator.state import DEMO_KEY, State
from simulator.unifiedhttp import Unified
from simulator.world import World


def make_world(
    seed: int = 1,
    people: int = 40,
    days: int = 90,
    clock: Clock | None = None,
    load: float = 1.0,
) -> World:
    return World(seed, people, days, clock or Clock(), load)


def make_app(
    world: World,
    *,
    admin_key: str = DEMO_KEY,
    chunk_delay_ms: float = 15.0,
    prerender: int = 0,
    processes: int = 1,
) -> Starlette:
    """The running parts are in `app.state.simulator`.

    `prerender` is how many past days are made ready before the first request.
    """
    state = State(world, admin_key, chunk_delay_ms)
    if prerender:
        state.prerender(prerender, processes)
    routes = Control(state).routes() + Oracle(state).routes()
    routes += [Route(path, api) for path, api in endpoints(state).items()]
    routes.append(Route(chat.PATH, StreamChat(state)))
    routes += [Route(path, Unified(state)) for path in unifiedhttp.KINDS]
    routes += [Route(path, OpenAI(state)) for path in openaihttp.PATHS]
    routes.append(Route("/{path:path}", NotFound(state)))
    app = Starlette(routes=routes)
    app.state.simulator = state
    return app


class NotFound:
    def __init__(self, state: State) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        entry = self._state.record("admin", scope)
        await read_body(receive, entry)
        error = RefusedError(404, "Not Found", f"There is no {scope['path']}")
        await self._state.player.play(refused(error), scope, receive, send, entry)
