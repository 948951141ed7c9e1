"""HTTP answers that go wrong, whatever they were going to say."""

import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate

from simulator.quirks import Options, number
from simulator.reply import Reply, Write, as_json, whole

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
    """Options: `body` json, html or empty (5xx: html); `retry_after` any text.

    `retry_at` is so many seconds from now, written as an HTTP date.
    """

    def answer(reply: Reply, options: Options) -> Reply:
        body = options.get("body", "html" if code >= 500 else "json")
        headers = {}
        if options.get("retry_after") is not None:
            headers["retry-after"] = str(options["retry_after"])
        if "retry_at" in options:
            headers["retry-after"] = http_date(number(options, "retry_at", 60))
        if body == "html":
            return whole(code, "text/html", _HTML, headers)
        if body == "empty":
            return whole(code, "text/plain", b"", headers)
        words = _WORDS[code]
        return as_json(
            code, {"error": words, "message": f"{words} (on demand)"}, headers
        )

    return answer


def refusal(code: int, message: str) -> Callable[[Reply, Options], Reply]:
    def answer(reply: Reply, options: Options) -> Reply:
        return as_json(code, {"error": _WORDS[code], "message": message})

    return answer


def redirect(reply: Reply, options: Options) -> Reply:
    """Options: `to` any address, `status`."""
    to = str(options.get("to", "https://login.example.org/sign-in?next=secret"))
    return whole(
        int(number(options, "status", 302)), "text/html", b"", {"location": to}
    )


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


def drip(reply: Reply, options: Options) -> Reply:
    """The body in `writes` parts, `ms` milliseconds apart."""
    body, parts = reply.body(), max(1, int(number(options, "writes", 20)))
    size, pause = max(1, -(-len(body) // parts)), number(options, "ms", 500)
    cuts = range(0, len(body), size)
    return replace(reply, writes=tuple(Write(body[c : c + size], pause) for c in cuts))


def reset(reply: Reply, options: Options) -> Reply:
    """The connection is torn down, not closed."""
    return Reply(None, cut=True, is_reset=True)


def gzip_body(reply: Reply, options: Options) -> Reply:
    return _encoded(reply, gzip.compress(reply.body(), mtime=0))


def not_gzip(reply: Reply, options: Options) -> Reply:
    """Says that it is compressed, and is not."""
    return _encoded(reply, reply.body())


def wrong_type(reply: Reply, options: Options) -> Reply:
    kind = str(options.get("type", "text/plain"))
    return replace(reply, headers={**reply.headers, "content-type": kind})


def wrong_date(reply: Reply, options: Options) -> Reply:
    """A server whose clock is off by `seconds`."""
    date = http_date(number(options, "seconds", -86_400))
    return replace(reply, headers={**reply.headers, "date": date})


def http_date(from_now: float) -> str:
    return formatdate(time.time() + from_now, usegmt=True)


def _encoded(reply: Reply, body: bytes) -> Reply:
    headers = {"content-encoding": "gzip", "content-length": str(len(body))}
    return replace(reply, headers={**reply.headers, **headers}, writes=(Write(body),))


ANSWERS: dict[str, Callable[[Reply, Options], Reply]] = {
    **{str(code): status(code) for code in _WORDS},
    "464": load_balancer,
    "html": html,
    "empty_body": empty_body,
    "broken_json": broken_json,
    "cut_body": cut_body,
    "close": close,
    "reset": reset,
    "slow": slow,
}
# The words of the last three are how a reader can tell one key from another.
ADMIN_ANSWERS: dict[str, Callable[[Reply, Options], Reply]] = {
    "redirect": redirect,
    "drip": drip,
    "gzip_body": gzip_body,
    "not_gzip": not_gzip,
    "wrong_type": wrong_type,
    "wrong_date": wrong_date,
    "personal_key": refusal(401, "Invalid Team API Key"),
    "revoked_key": refusal(401, "This API key has been revoked"),
    "read_only_key": refusal(403, "This API key may only read"),
}
# These are laid over whatever the answer is.
ON_TOP = {
    "slow",
    "cut_body",
    "drip",
    "gzip_body",
    "not_gzip",
    "wrong_type",
    "wrong_date",
}
