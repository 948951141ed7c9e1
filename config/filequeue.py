"""Celery's queue of files, whose queues are served in the order that the worker names
them: first things first. Kombu itself gives each of them an equal chance."""

from collections.abc import Callable
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.scheduling import FairCycle

SCHEME = "files"


class FirstThingsFirst(FairCycle):
    def get(self, callback: Callable[..., Any], **kwargs: Any) -> Any:
        self.pos = 0
        return super().get(callback, **kwargs)


class Channel(filesystem.Channel):
    def _reset_cycle(self) -> None:
        self._cycle = FirstThingsFirst(
            self._get_and_deliver, self._active_queues, Empty
        )


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
