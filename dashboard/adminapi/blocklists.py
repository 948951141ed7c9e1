"""Repositories that the vendor's editor may not index, with their path patterns.

Source: https://cursor.com/docs/account/teams/admin-api (Repo blocklists)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.adminapi import reading
from dashboard.adminapi.reading import Json

PATH = "/settings/repo-blocklists/repos"
Get = Callable[[str], Any]


@dataclass(frozen=True)
class BlocklistRecord:
    remote_id: str
    url: str
    patterns: tuple[str, ...]

    @classmethod
    def read(cls, row: Json) -> "BlocklistRecord":
        url = reading.text(row, "url")
        given = row.get("patterns")
        patterns = given if isinstance(given, list) else []
        return cls(
            remote_id=reading.text(row, "id") or url,
            url=url,
            patterns=tuple(p.replace("\0", "") for p in patterns if type(p) is str),
        )


def read_all(get: Get) -> tuple[BlocklistRecord, ...]:
    """The whole list; the vendor serves it in one piece."""
    rows = reading.items(get(PATH), "repos")
    return tuple(BlocklistRecord.read(row) for row in rows)
