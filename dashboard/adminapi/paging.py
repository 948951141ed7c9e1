"""Lists of people that come in pages, and whether a walk over them can be trusted.

Somebody who joins or leaves meanwhile moves others over the page borders: one then
comes twice and another never. A walk counts when the announced number stayed the same
and no page came twice; when somebody stands on two pages it is walked again, until two
walks agree (some rows name nobody, and look alike).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from dashboard.adminapi import reading
from dashboard.adminapi.errors import PagesMoved, RequestRefused, Unreadable
from dashboard.adminapi.http import Http
from dashboard.adminapi.reading import Json

WALKS = 3
LAST_PAGE = 10_000


@dataclass(frozen=True)
class Listing:
    """`rows`: the key of the list. `total`: of how many people are announced. `sizes`:
    of a page, the largest first; a smaller one where the vendor refuses it. `whose`:
    fields that tell a row from another's."""

    path: str
    rows: str
    total: str
    sizes: tuple[int, ...]
    whose: tuple[str, ...]


DAILY = Listing(
    "/teams/daily-usage-data",
    "data",
    "totalUsers",
    (200, 100, 50),
    ("email", "userId", "date", "day"),
)
SPEND = Listing(
    "/teams/spend",
    "teamMemberSpend",
    "totalMembers",
    (100, 50, 10),
    ("email", "userId", "name"),
)


def read_pages(
    http: Http, listing: Listing, query: Json, sizes: tuple[int, ...]
) -> list[Any]:
    """The answers with all pages. Raises PagesMoved when no walk could be trusted."""
    last: Counter[Any] | None = None
    for _ in range(WALKS):
        try:
            answers = _sized(http, listing, query, sizes)
        except PagesMoved:
            continue
        pages = [_whose(answer, listing) for answer in answers]
        seen = sum(pages, Counter())
        if seen == last or len(seen) == sum(len(page) for page in pages):
            return answers
        last = seen
    raise PagesMoved(f"The pages of {listing.path} kept changing while they were read.")


def _whose(answer: Any, listing: Listing) -> Counter[Any]:
    rows = reading.items(answer, listing.rows)
    return Counter(
        tuple(str(row.get(name)) for name in listing.whose)
        for row in rows
        if isinstance(row, dict)
    )


def _sized(
    http: Http, listing: Listing, query: Json, sizes: tuple[int, ...]
) -> list[Any]:
    """All pages, in the first of the sizes that the vendor takes."""
    for size in sizes[:-1]:
        try:
            return list(_walk(http, listing, query, size))
        except RequestRefused:
            continue
    return list(_walk(http, listing, query, sizes[-1]))


def _walk(http: Http, listing: Listing, query: Json, size: int) -> Iterator[Any]:
    """One request per page, until one says it is the last."""
    before, announced = set[bytes](), set[int | None]()
    for page in range(1, LAST_PAGE + 1):
        body = {**query, "page": page, "pageSize": size}
        answer = http.json("POST", listing.path, body)
        rows = reading.items(answer, listing.rows)
        paging = paging_of(answer)
        announced.add(reading.whole(paging, listing.total))
        text = msgspec.json.encode(rows)
        if len(announced) > 1 or (rows and text in before):
            raise PagesMoved(f"The pages of {listing.path} changed.")
        yield answer
        # Daily usage of the first generation came whole.
        is_whole = "data" in answer
        if is_last(paging, page, size, len(rows), is_whole=is_whole):
            return
        before.add(text)
    raise Unreadable(f"{listing.path} never came to an end.")


def paging_of(answer: Json) -> Json:
    given = answer.get("pagination")
    return given if isinstance(given, dict) else answer


def is_last(
    paging: Json, page: int, size: int, rows: int, *, is_whole: bool = False
) -> bool:
    """Empty pages end a list whatever the counters say: those may be 0 or missing.
    Without counters a list that `is_whole` has one page, any other a short last one."""
    if not rows:
        return True
    more = reading.flag(paging, "hasNextPage")
    if more is not None:
        return not more
    pages = reading.whole(paging, "totalPages")
    return page >= pages if pages else is_whole or rows < size
