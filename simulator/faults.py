"""Faults that a test or a person switches on, for a number of requests or for good.

A new fault is one function and one line in a table: `CHANGES` (quirks.py) and
`ROWS` (rows.py) change events and rows, `WALKS` (walks.py) pages, `GENERATIONS`
the shape, `PAYLOADS` (payloads.py) a whole answer, `STREAMS` (chatfaults.py) a
chat's frames, and `ANSWERS` (answers.py) the HTTP answer of any of them. Of the
faults that take the answer's place only the first one waiting is used per
request, so that "429 once, then 500 once" can be queued; all others come on top.
"""

import itertools
from dataclasses import asdict, dataclass, field

from simulator import openaifaults
from simulator.answers import ADMIN_ANSWERS, ANSWERS, ON_TOP
from simulator.chatfaults import STREAMS, STREAMS_TOGETHER
from simulator.generations import GENERATIONS
from simulator.payloads import PAGED, PAYLOADS
from simulator.quirks import CHANGES
from simulator.reply import Reply
from simulator.rows import ELSEWHERE, EVENTS_ONLY, LISTS, ROWS
from simulator.unifiedfaults import CALLS
from simulator.view import Quirk
from simulator.walks import LATER_PAGES, WALKS

READS = (
    "members",
    "daily",
    "spend",
    "events",
    "blocklists",
    "audit",
    "groups",
    "group",
)
WRITES = ("limit", "upsert", "unblock")
ADMIN = (*READS, *WRITES)
VENDOR_CHATS = ("chat", "unified", "usage", "available_models")
CHATS = (*VENDOR_CHATS, "openai", "openai_models")
ENDPOINTS = (*ADMIN, "admin", *CHATS)
# What the oracle knows of: these change which events there are and what they say.
OF_EVENTS = {*CHANGES, *ROWS, "twins"}
SHAPES = {*GENERATIONS, "string_dates"}
TOGETHER = {
    *ON_TOP,
    *openaifaults.ON_TOP,
    *STREAMS_TOGETHER,
    *OF_EVENTS,
    *WALKS,
    *SHAPES,
} | {name for _, name in PAYLOADS}


class UnknownFaultError(ValueError):
    """There is no such endpoint, or no such fault at it."""


@dataclass(slots=True)
class Fault:
    """`times` is how many more requests it hits; None: all."""

    id: int
    endpoint: str
    fault: str
    times: int | None = None
    options: dict[str, object] = field(default_factory=dict)


class FaultBoard:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(
        self, endpoint: str, fault: str, times: int | None, options: dict[str, object]
    ) -> Fault:
        if endpoint not in ENDPOINTS or fault not in names(endpoint):
            known = {name: sorted(names(name)) for name in ENDPOINTS}
            raise UnknownFaultError(
                f"no fault {fault!r} at {endpoint!r}; known: {known}"
            )
        added = Fault(next(self._ids), endpoint, fault, times, options)
        self._faults.append(added)
        return added

    def take(self, endpoint: str, is_first_page: bool = False) -> list[Fault]:
        """The faults that hit this request; each is used up by one."""
        hit: list[Fault] = []
        replaced = False
        for fault in self.active(endpoint):
            if is_first_page and fault.fault in LATER_PAGES:
                continue
            together = fault.fault in TOGETHER
            if together or not replaced:
                hit.append(fault)
                self._use_up(fault)
            replaced = replaced or not together
        return hit

    def active(self, endpoint: str) -> list[Fault]:
        return [fault for fault in self._faults if _at(fault, endpoint)]

    def clear(self, endpoint: str | None = None) -> None:
        kept = [f for f in self._faults if endpoint not in (None, f.endpoint)]
        self._faults = kept

    def as_json(self) -> list[dict[str, object]]:
        return [asdict(fault) for fault in self._faults]

    def _use_up(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)


def names(endpoint: str) -> set[str]:
    if endpoint in VENDOR_CHATS:
        return {*ANSWERS, *STREAMS, *(CALLS if endpoint == "unified" else ())}
    if endpoint in CHATS:
        return {*ANSWERS, *openaifaults.REPLIES, *openaifaults.STREAMS}
    found = {*ANSWERS, *ADMIN_ANSWERS, *SHAPES}
    found |= {*ROWS, *ELSEWHERE} if endpoint in (*LISTS, "admin") else set()
    found |= {name for at, name in PAYLOADS if at == endpoint or endpoint == "admin"}
    found |= {*WALKS} if endpoint in (*PAGED, "admin") else set()
    return found | OF_EVENTS if endpoint in ("events", "admin") else found - EVENTS_ONLY


def quirks(faults: list[Fault]) -> tuple[Quirk, ...]:
    """Those that change the list of events; of the shapes only the last one."""
    shape = [fault for fault in faults if fault.fault in GENERATIONS][-1:]
    found = [fault for fault in faults if fault.fault not in GENERATIONS] + shape
    return tuple(Quirk(f.fault, f.options) for f in found if f.fault in OF_EVENTS)


def change_answer(reply: Reply, faults: list[Fault]) -> Reply:
    """Faults that come on top are laid over the one that took the place."""
    for fault in sorted(faults, key=lambda f: f.fault in TOGETHER):
        if change := {**ANSWERS, **ADMIN_ANSWERS}.get(fault.fault):
            reply = change(reply, fault.options)
    return reply


def _at(fault: Fault, endpoint: str) -> bool:
    everywhere = WRITES if fault.fault == "read_only_key" else ADMIN
    return fault.endpoint == endpoint or (
        fault.endpoint == "admin" and endpoint in everywhere
    )
