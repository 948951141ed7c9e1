"""Is this process about to stop? Its server says so a moment before it takes no more
connections, so that a load balancer hears it from `/readyz` first."""

import asyncio
import signal
from collections.abc import Callable

# The server tells its worker processes with this one; Windows has none.
SIGNAL: signal.Signals | None = getattr(signal, "SIGUSR1", None)


class Draining:
    def __init__(self) -> None:
        self._is_on = False

    def __bool__(self) -> bool:
        return self._is_on

    def begin(self) -> None:
        self._is_on = True


DRAINING = Draining()


def listen(begin: Callable[[], None] = DRAINING.begin) -> None:
    if SIGNAL is not None:
        asyncio.get_running_loop().add_signal_handler(SIGNAL, begin)
