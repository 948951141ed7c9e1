"""Server-sent events: bytes in, data out. No I/O.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import re

from proxy.upstream.errors import BadAnswer

LINE_END = re.compile(rb"\r\n|\n|\r")
MOST = 8 * 1024 * 1024


class EventDecoder:
    """Takes bytes in pieces of any size; gives the data of complete events.

    Comments, names and ids are passed over. Raises BadAnswer for an event of more
    than `max_bytes`.
    """

    def __init__(self, max_bytes: int = MOST) -> None:
        self._rest = bytearray()
        self._lines: list[bytes] = []
        self._size = 0
        self._max_bytes = max_bytes

    def decode(self, piece: bytes) -> list[bytes]:
        start = max(0, len(self._rest) - 1)
        self._rest += piece
        found: list[bytes] = []
        at = 0
        for end in LINE_END.finditer(self._rest, start):
            # A lone CR at the end may be the first half of a CRLF.
            if end.group() == b"\r" and end.end() == len(self._rest):
                break
            self._take(bytes(self._rest[at : end.start()]), found)
            at = end.end()
        del self._rest[:at]
        if self._size + len(self._rest) > self._max_bytes:
            raise BadAnswer("The upstream sent an event that is too large.")
        return found

    def flush(self) -> list[bytes]:
        """Call once when the body ends; some servers leave the last blank line out."""
        found: list[bytes] = []
        self._take(bytes(self._rest).rstrip(b"\r"), found)
        self._take(b"", found)
        self._rest.clear()
        return found

    def _take(self, line: bytes, found: list[bytes]) -> None:
        if not line:
            if self._lines:
                found.append(b"\n".join(self._lines))
            self._lines, self._size = [], 0
        elif line.startswith(b"data:"):
            self._lines.append(line[5:].removeprefix(b" "))
            self._size += len(line)
