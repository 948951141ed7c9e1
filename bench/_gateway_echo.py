"""What `bench.gateway` is held against: the least that an ASGI app can do with a
request, on the same server. It reads the body and answers a fixed one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

BODY = b'{"id":"chatcmpl-1","object":"chat.completion","choices":[]}' + b" " * 300
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(BODY)).encode()),
]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


async def application(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
