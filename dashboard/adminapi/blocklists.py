"""Repositories that the vendor's editor may not index, with their path patterns.

Source: https://cursor.com/docs/account/teams/admin-api (Repo blocklists)
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dashboard.adminapi import reading
from dashboard.adminapi.errors import Unreadable
from dashboard.adminapi.notes import Notes
from dashboard.adminapi.reading import Json

PATH = "/settings/repo-blocklists/repos"
LONGEST_URL = 2000
Get = Callable[[str], Any]


@dataclass(frozen=True)
class BlocklistRecord:
    remote_id: str
    url: str
    patterns: tuple[str, ...]

    @classmethod
    def read(cls, row: Json) -> "BlocklistRecord":
        """Raises Unreadable without an address, or when it is too long to be kept:
        half an address would be another repository's."""
        url = reading.text(row, "url", LONGEST_URL + 1)
        if not url or len(url) > LONGEST_URL:
            raise Unreadable(f"A repository has no “url” of 1 to {LONGEST_URL} signs.")
        patterns = [p for p in reading.parts(row, "patterns") if type(p) is str]
        return cls(
            remote_id=reading.text(row, "id") or _id_of(url),
            url=url,
            patterns=tuple(pattern.replace("\0", "") for pattern in patterns),
        )


def _id_of(url: str) -> str:
    short = len(url) <= reading.LONGEST_TEXT
    return url if short else "url-" + sha256(url.encode()).hexdigest()


def read_all(get: Get, notes: Notes) -> tuple[BlocklistRecord, ...]:
    """The whole list; the vendor serves it in one piece."""
    rows = reading.items(get(PATH), "repos")
    return tuple(notes.read(rows, BlocklistRecord.read))
