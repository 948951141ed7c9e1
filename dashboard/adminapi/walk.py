"""Usage events of a closed window, page by page, and whether the walk can be trusted.

Nothing in the API holds a list still while it is read: something that is added, or
withdrawn, moves rows over the page borders. A walk counts when the announced number
stayed the same and was reached, and no page came twice. https://cursor.com/docs
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec

from dashboard.adminapi import reading
from dashboard.adminapi.errors import PagesMoved, RequestRefused, Unreadable
from dashboard.adminapi.http import Http

PATH = "/teams/filtered-usage-events"
PAGE_SIZES = (1000, 500, 200, 100)
LAST_PAGE = 10_000


class _Envelope(msgspec.Struct):
    """The rows stay bytes until somebody needs them."""

    usageEvents: msgspec.Raw = msgspec.Raw(b"null")  # noqa: N815 (the vendor's name)
    totalUsageEventsCount: Any = None  # noqa: N815
    pagination: Any = None


_envelope = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True)
class Page:
    """`raw`: the JSON list of rows as it came. `digest`: sixteen bytes that tell
    whether an earlier walk saw the same page."""

    raw: bytes
    digest: bytes


@dataclass
class Walk:
    """One pass over `[start_ms, end_ms]`, both inclusive. `size`, `announced`
    (None: the vendor did not say), `seen` and `digests` grow with it; after its end
    they describe the whole window."""

    http: Http
    start_ms: int
    end_ms: int
    size: int = 0
    announced: int | None = None
    seen: int = 0
    digests: list[bytes] = field(default_factory=list)

    def pages(self) -> Iterator[Page]:
        """Raises PagesMoved when the walk cannot be trusted, else AdminApiError."""
        for number in count(1):
            envelope = self._first() if number == 1 else self._ask(number, self.size)
            page = self._page(envelope, number)
            rows = _length(page)
            self.seen += rows
            if rows:
                if page.digest in self.digests:
                    raise PagesMoved("The same page of events came twice.")
                self.digests.append(page.digest)
                yield page
            if not rows or not _has_more(envelope, number, self):
                break
            if number == LAST_PAGE:
                raise Unreadable("The events never came to an end.")
        if self.announced not in (None, self.seen):
            raise PagesMoved(
                f"{self.announced} events were announced, {self.seen} came."
            )

    def _first(self) -> _Envelope:
        """In pages of the largest size that the vendor takes."""
        for size in PAGE_SIZES:
            self.size = size
            try:
                return self._ask(1, size)
            except RequestRefused:
                if size == PAGE_SIZES[-1]:
                    raise
        raise AssertionError("the smallest size returns or raises")

    def _ask(self, page: int, size: int) -> _Envelope:
        body = {
            "startDate": self.start_ms,
            "endDate": self.end_ms,
            "page": page,
            "pageSize": size,
        }
        return self.http.read("POST", PATH, body, decode=_envelope.decode)

    def _page(self, envelope: _Envelope, number: int) -> Page:
        total = reading.whole({"total": envelope.totalUsageEventsCount}, "total")
        if number > 1 and total != self.announced:
            raise PagesMoved("The number of events changed.")
        self.announced = total
        raw = bytes(envelope.usageEvents)
        return Page(raw, hashlib.blake2b(raw, digest_size=16).digest())


def _length(page: Page) -> int:
    """The number of rows, without making them."""
    try:
        return len(_list.decode(page.raw))
    except msgspec.ValidationError:
        raise Unreadable("The answer holds no list “usageEvents”.") from None


_list = msgspec.json.Decoder(list[msgspec.Raw])


def _has_more(envelope: _Envelope, page: int, walk: Walk) -> bool:
    """The page counters may be missing or 0, and the announced number too; then a page
    that is not full is the last."""
    paging = envelope.pagination if isinstance(envelope.pagination, dict) else {}
    more = reading.flag(paging, "hasNextPage")
    if more is not None:
        return more
    pages = reading.whole(paging, "numPages")
    if pages:
        return page < pages
    if walk.announced is not None:
        return walk.seen < walk.announced
    return walk.seen == page * walk.size


def same_pages(digests: Sequence[bytes], known: bytes) -> bool:
    return b"".join(digests) == known
