"""What is asked of the audit log besides the period and the person: words, a type, and
where the page before ended. What cannot be read is a BadInput that names it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from dashboard.filters import text_of
from dashboard.periods import BadInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = re.compile(r"(\d{1,15})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Key:
    """An event's place in the order of time, as in a query string."""

    at: datetime
    number: int

    def __str__(self) -> str:
        milliseconds = (self.at - _EPOCH) // timedelta(milliseconds=1)
        return f"{milliseconds}-{self.number}"

    @classmethod
    def read(cls, text: str) -> "Key":
        """Raises ValueError."""
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise ValueError("no key of an event")
        try:
            at = _EPOCH + timedelta(milliseconds=int(found[1]))
        except OverflowError:
            raise ValueError("no time of an event") from None
        return cls(at, int(found[2]))


@dataclass(frozen=True)
class Wanted:
    """`type`: as the vendor writes it; empty is every one. `before`: events past it."""

    words: str = ""
    type: str = ""
    before: Key | None = None

    @property
    def given(self) -> dict[str, str]:
        """As parameters, but for the page."""
        every = {"q": self.words, "type": self.type}
        return {name: value for name, value in every.items() if value}


def wanted(query: Mapping[str, str]) -> Wanted:
    """Raises BadInput."""
    text = query.get("before", "")
    try:
        before = Key.read(text) if text else None
    except ValueError:
        sentence = _("before must be the key of an event, as the links have it.")
        raise BadInput("before", sentence) from None
    return Wanted(text_of(query, "q"), text_of(query, "type"), before)
