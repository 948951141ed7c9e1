"""Reading a request's fields, and refusing what the API refuses."""

import math
from collections.abc import Mapping

from simulator.shapes import Json


class RefusedError(Exception):
    """A request that the API answers with an error status and body."""

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.body: Json = {"error": error, "message": message}


def bad(message: str) -> RefusedError:
    return RefusedError(400, "Bad Request", message)


def date(body: Json, name: str, status_for_text: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, str) and status_for_text == 400 and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        kind = "Bad Request" if status_for_text == 400 else "Internal Server Error"
        raise RefusedError(status_for_text, kind, f"{name} could not be read")
    return int(value)


def paging(body: Json, default: int, most: int) -> tuple[int, int]:
    """`default` 0: both must be sent."""
    page, size = body.get("page", 1), body.get("pageSize", default)
    if not default and not {"page", "pageSize"} <= body.keys():
        raise bad("page and pageSize must be sent together")
    if not isinstance(page, int) or isinstance(page, bool) or page < 1:
        raise bad("page must be a whole number from 1")
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= most:
        raise bad(f"pageSize must be a whole number from 1 to {most}")
    return page, size


def pagination(
    page: int, size: int, total: int, count: str, pages: str, current: str
) -> Json:
    last = math.ceil(total / size)
    counted: Json = {count: total} if count else {}
    return {
        pages: last,
        current: page,
        "pageSize": size,
        **counted,
        "hasNextPage": page < last,
        "hasPreviousPage": page > 1,
    }
