"""Where the time of a sync of usage events goes: stopwatches around its parts."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

from django.db.backends.base.base import BaseDatabaseWrapper

from dashboard import rollups
from dashboard.adminapi.eventrows import EventReader
from dashboard.adminapi.walk import Walk
from dashboard.sync import fetch_events, replacing, run
from dashboard.sync.staging import Staging

PHASES: dict[str, list[tuple[Any, str]]] = {
    "fetch": [(Walk, "_ask"), (Walk, "_page")],
    "read": [(EventReader, "read")],
    "stage": [(Staging, name) for name in ("add", "flush", "repeats_across_pages")],
    "match": [(replacing, "match_staged"), (replacing, "changed_days")],
    "write": [
        (replacing, "_withdraw"),
        (replacing, "_update"),
        (replacing, "_insert"),
        (BaseDatabaseWrapper, "_commit"),
    ],
    "months": [(run, "refresh_months")],
    "sums": [(rollups, "rebuild"), (fetch_events, "total_cost")],
}


@contextmanager
def stopwatches(seconds: dict[str, float]) -> Iterator[None]:
    """Adds to the seconds of each phase."""

    def timed(phase: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def run(*args: Any, **named: Any) -> Any:
            begin = time.perf_counter()
            try:
                return work(*args, **named)
            finally:
                seconds[phase] += time.perf_counter() - begin

        return run

    with ExitStack() as stack:
        for phase, places in PHASES.items():
            for owner, name in places:
                watched = timed(phase, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, watched))
        yield
