"""Pages that do not fit together: one change per way in which a walk goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from simulator.quirks import Options, number
from simulator.shapes import Json


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows one page shows, and how many the answer says that there are."""

    number: int
    size: int
    total: int
    skip: int
    announced: int
    rows: int

    @classmethod
    def asked(cls, number: int, size: int, total: int) -> "Page":
        return cls(number, size, total, (number - 1) * size, total, size)


def page_drift(page: Page, options: Options) -> Page:
    """From page 2 on: `rows` newer ones came (or, below zero, that many went).

    A row is then seen twice (or not at all). With `count` "same" nothing tells:
    as many rows come as were announced, so that another one is never seen.
    """
    shift = int(number(options, "rows", 1))
    moved = replace(page, skip=min(max(0, page.skip - shift), page.total))
    if options.get("count") == "same":
        return replace(moved, rows=max(0, min(page.size, page.total - page.skip)))
    return replace(moved, total=page.total + shift, announced=page.announced + shift)


def duplicated_page(page: Page, options: Options) -> Page:
    """The page before once more."""
    return replace(page, skip=max(0, page.skip - page.size))


def shuffled(page: Page, options: Options) -> Page:
    """Full pages change places; which is which stays so for a range."""
    full = page.total // page.size
    order = list(range(full))
    Random(f"pages:{page.total}:{page.size}").shuffle(order)
    if page.number > full:
        return page
    return replace(page, skip=order[page.number - 1] * page.size)


def count_wrong(page: Page, options: Options) -> Page:
    by = int(number(options, "by", 1))
    return replace(page, announced=max(0, page.announced + by))


WALKS: dict[str, Callable[[Page, Options], Page]] = {
    "shuffled": shuffled,
    "page_drift": page_drift,
    "duplicated_page": duplicated_page,
    "count_wrong": count_wrong,
}
LATER_PAGES = {"page_drift", "duplicated_page"}


def out_of_order(payload: Json, options: Options) -> Json:
    """The other half of `shuffled`: the rows of one page."""
    rows = payload["usageEvents"]
    assert isinstance(rows, list)
    mixed = Random(f"rows:{len(rows)}").sample(rows, len(rows))
    return {**payload, "usageEvents": mixed}


def no_page_count(payload: Json, options: Options) -> Json:
    """Without numPages or totalPages, wherever it stands."""
    return _counted(payload, None)


def zero_page_count(payload: Json, options: Options) -> Json:
    return _counted(payload, 0)


def _counted(payload: Json, pages: int | None) -> Json:
    changed: Json = {}
    for name, value in payload.items():
        if name in ("numPages", "totalPages"):
            changed |= {} if pages is None else {name: pages}
        else:
            changed[name] = _counted(value, pages) if isinstance(value, dict) else value
    return changed
