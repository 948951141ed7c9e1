"""Which web pages may use the gateway from a browser: every one, without cookies,
unless a setting names a few. A page still needs a key."""

import re
from collections.abc import Collection

from proxy.answering import Answer
from proxy.asking import Request

ANY = "*"
METHODS = "GET, HEAD, POST, OPTIONS"
_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+(\s*,\s*[A-Za-z0-9!#$%&'*+.^_`|~-]+)*")


def headers(request: Request, allowed: Collection[str]) -> list[tuple[bytes, bytes]]:
    """What lets the asking page read the answer; nothing where no page asks."""
    origin = request.header(b"origin")
    if not origin:
        return []
    if ANY in allowed:
        shown = ANY
    elif origin in allowed:
        shown = origin
    else:
        return [(b"vary", b"Origin")]
    found = [
        (b"access-control-allow-origin", shown.encode()),
        (b"access-control-expose-headers", b"*"),
    ]
    return found if shown == ANY else [*found, (b"vary", b"Origin")]


def preflight(request: Request) -> Answer | None:
    """The answer to a browser's question before the request, which has no key yet."""
    asks = (b"origin", b"access-control-request-method")
    if request.method != "OPTIONS" or not all(map(request.header, asks)):
        return None
    # A star would leave `Authorization` out, so what was asked for is named.
    wanted = request.header(b"access-control-request-headers")
    named = wanted if _NAMES.fullmatch(wanted) else "Authorization, Content-Type"
    return Answer(
        204,
        headers={
            "access-control-allow-methods": METHODS,
            "access-control-allow-headers": named,
            "access-control-max-age": "86400",
        },
    )
