"""Faults that a test or a person switches on, for a number of requests or for good.

A new fault is one function and one line in a table:
`QUIRKS` change an Admin API payload, `STREAMS` (chatfaults.py) change a chat's
frames, and `ANSWERS` change the HTTP answer of either. Of the faults that take
the answer's place only the first one waiting is used per request, so that
"429 once, then 500 once" can be queued; those in `TOGETHER` come on top.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

from simulator.chatfaults import STREAMS, STREAMS_TOGETHER
from simulator.reply import Reply, Write, as_json, whole
from simulator.shapes import Json

ADMIN = ("members", "daily", "spend", "events", "blocklists")
ENDPOINTS = (*ADMIN, "admin", "chat")
BLANKED = "blanked_emails"
Options = Mapping[str, object]
_HTML = (
    b"<!doctype html><html><head><title>Sorry</title></head>"
    b"<body><h1>Something went wrong</h1><p>Please come back later.</p></body></html>"
)
_WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def status(code: int) -> Callable[[Reply, Options], Reply]:
    """Options: `body` json, html or empty (5xx: html), `retry_after` any text."""

    def answer(reply: Reply, options: Options) -> Reply:
        body = options.get("body", "html" if code >= 500 else "json")
        headers = {}
        if options.get("retry_after") is not None:
            headers["retry-after"] = str(options["retry_after"])
        if body == "html":
            return whole(code, "text/html", _HTML, headers)
        if body == "empty":
            return whole(code, "text/plain", b"", headers)
        words = _WORDS[code]
        return as_json(
            code, {"error": words, "message": f"{words} (on demand)"}, headers
        )

    return answer


def html(reply: Reply, options: Options) -> Reply:
    return whole(200, "text/html; charset=utf-8", _HTML)


def empty_body(reply: Reply, options: Options) -> Reply:
    return whole(200, reply.headers.get("content-type", "text/plain"), b"")


def broken_json(reply: Reply, options: Options) -> Reply:
    body = reply.body()
    return whole(200, "application/json", body[: max(1, len(body) // 2)])


def load_balancer(reply: Reply, options: Options) -> Reply:
    headers = {"server": "awselb/2.0", "content-length": "0"}
    return Reply(464, headers)


def cut_body(reply: Reply, options: Options) -> Reply:
    """Half of what the headers promise, then the connection is closed."""
    left = len(reply.body()) // 2
    writes: list[Write] = []
    for write in reply.writes:
        writes.append(replace(write, data=write.data[:left]))
        left -= len(writes[-1].data)
        if not left:
            break
    return replace(reply, writes=tuple(writes), cut=True)


def close(reply: Reply, options: Options) -> Reply:
    return Reply(None, cut=True)


def slow(reply: Reply, options: Options) -> Reply:
    """A wait before the first byte, headers included."""
    return replace(reply, wait_ms=number(options, "ms", 2000))


def empty_members(payload: Json, options: Options) -> Json:
    return {**payload, "teamMembers": []}


def as_it_is(payload: Json, options: Options) -> Json:
    """The fault is asked for elsewhere, where the payload is made."""
    return payload


def number(options: Options, name: str, default: float) -> float:
    value = options.get(name, default)
    return float(value) if isinstance(value, int | float) else default


ANSWERS: dict[str, Callable[[Reply, Options], Reply]] = {
    **{str(code): status(code) for code in _WORDS},
    "464": load_balancer,
    "html": html,
    "empty_body": empty_body,
    "broken_json": broken_json,
    "cut_body": cut_body,
    "close": close,
    "slow": slow,
}
QUIRKS: dict[tuple[str, str], Callable[[Json, Options], Json]] = {
    ("members", "empty_members"): empty_members,
    ("events", BLANKED): as_it_is,
}
TOGETHER = {"slow", "cut_body", *STREAMS_TOGETHER, *(name for _, name in QUIRKS)}


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

    def take(self, endpoint: str) -> list[Fault]:
        """The faults that hit this request; each is used up by one."""
        hit: list[Fault] = []
        replaced = False
        for fault in [f for f in self._faults if _at(f, endpoint)]:
            together = fault.fault in TOGETHER
            if together or not replaced:
                hit.append(fault)
                self._use_up(fault)
            replaced = replaced or not together
        return hit

    def has(self, endpoint: str, name: str) -> bool:
        return any(_at(f, endpoint) and f.fault == name for f in self._faults)

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
    if endpoint == "chat":
        return {*ANSWERS, *STREAMS}
    return {*ANSWERS, *(n for at, n in QUIRKS if endpoint in (at, "admin"))}


def change_payload(payload: Json, endpoint: str, faults: list[Fault]) -> Json:
    for fault in faults:
        if change := QUIRKS.get((endpoint, fault.fault)):
            payload = change(payload, fault.options)
    return payload


def change_answer(reply: Reply, faults: list[Fault]) -> Reply:
    """Faults that come on top are laid over the one that took the place."""
    for fault in sorted(faults, key=lambda f: f.fault in TOGETHER):
        if change := ANSWERS.get(fault.fault):
            reply = change(reply, fault.options)
    return reply


def _at(fault: Fault, endpoint: str) -> bool:
    return fault.endpoint == endpoint or (
        fault.endpoint == "admin" and endpoint in ADMIN
    )
