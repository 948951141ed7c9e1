"""Celery's queue of files, whose queues are served in the order that the worker names
them: first things first. Kombu itself gives each of them an equal chance.

A message appears under its name when all of it is written. Kombu lets a worker meet one
that a full disk cut short, and end over it.
"""

import json
import logging
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.scheduling import FairCycle

log = logging.getLogger(__name__)
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

    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        whole = Path(self.data_folder_out, name)
        part = whole.with_suffix(".part")
        try:
            part.write_text(json.dumps(payload))
            part.rename(whole)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ChannelError(f"{whole} cannot be written: {error}") from error

    def _get(self, queue: Any, timeout: Any = None) -> Any:
        while True:
            try:
                return super()._get(queue)
            except ValueError:
                log.warning("A message of %s was cut short; what it said waits.", queue)

    def _queue_bind(self, exchange: Any, *binding: Any) -> None:
        """The file of an exchange may be cut short too; it is made again."""
        try:
            super()._queue_bind(exchange, *binding)
        except ValueError:
            self._write_again(exchange)
            super()._queue_bind(exchange, *binding)

    def get_table(self, exchange: Any) -> Any:
        try:
            return super().get_table(exchange)
        except ValueError:
            self._write_again(exchange)
            return super().get_table(exchange)

    def _write_again(self, exchange: Any) -> None:
        """From what this process has bound: its own messages find their way."""
        self._exchange_file(exchange).unlink(missing_ok=True)
        for key, arguments in list(self.state.bindings.items()):
            if key.exchange == exchange:
                kind = self.typeof(exchange)
                super()._queue_bind(exchange, *kind.prepare_bind(*key, arguments))


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
