"""What is asked of the table of people besides the filters of every page: whom it
shows, in which order, with which columns.

All of it stands in the query string, so a link shows the same. What is not in it, or
is empty, is the default; what cannot be read is a BadInput that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.filters import NOBODY, text_of
from dashboard.periods import BadInput, one_of
from dashboard.roster.columns import COLUMNS, USUAL

C = TypeVar("C", bound=StrEnum)
IDLE_DAYS = (7, 14, 30, 60)
PER_PAGE = (25, 50, 100, 250)
USUAL_PAGE = 50
USUAL_SORT = "-spend"


class State(StrEnum):
    PRESENT = "present"
    DEPARTED = "departed"
    OUTSIDE = "outside"

    @property
    def label(self) -> str:
        return str(_STATES[self])


_STATES = {
    State.PRESENT: gettext_lazy("With a seat"),
    State.DEPARTED: gettext_lazy("Departed"),
    State.OUTSIDE: gettext_lazy("Not a member"),
}


class Limit(StrEnum):
    NEAR = "near"
    OVER = "over"
    NONE = "none"

    @property
    def label(self) -> str:
        return str(_LIMITS[self])


_LIMITS = {
    Limit.NEAR: gettext_lazy("Near the limit"),
    Limit.OVER: gettext_lazy("Over the limit"),
    Limit.NONE: gettext_lazy("No limit known"),
}


@dataclass(frozen=True)
class Wanted:
    """`role`: None is every role, empty is none known. `idle`: days without activity.
    `sort`: a column's name, with a hyphen from the highest to the lowest."""

    words: str = ""
    state: State | None = None
    role: str | None = None
    idle: int | None = None
    limit: Limit | None = None
    sort: str = USUAL_SORT
    columns: tuple[str, ...] = USUAL
    per_page: int = USUAL_PAGE
    page: int = 1

    @property
    def given(self) -> dict[str, str]:
        """As parameters, the defaults left out."""
        every = {
            "q": self.words,
            "state": self.state or "",
            "role": NOBODY if self.role == "" else self.role or "",
            "idle": str(self.idle or ""),
            "limit": self.limit or "",
            "sort": "" if self.sort == USUAL_SORT else self.sort,
            "columns": "" if self.columns == USUAL else ",".join(self.columns),
            "per": "" if self.per_page == USUAL_PAGE else str(self.per_page),
            "page": "" if self.page == 1 else str(self.page),
        }
        return {name: str(value) for name, value in every.items() if value}

    @property
    def unnarrowed(self) -> "Wanted":
        """Everybody, in the same order and with the same columns."""
        return Wanted(sort=self.sort, columns=self.columns, per_page=self.per_page)

    @property
    def narrows(self) -> bool:
        return replace(self, page=1) != self.unnarrowed

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def sorted_by(self) -> str:
        return self.sort.removeprefix("-")


# What the form that narrows the table asks anew, and the one that says how it looks.
NARROWING = ("q", "state", "role", "idle", "limit")
SHOWING = ("columns", "per")


def wanted(query: QueryDict) -> Wanted:
    """Raises BadInput."""
    sort = query.get("sort") or USUAL_SORT
    if sort.removeprefix("-") not in COLUMNS:
        raise BadInput("sort", one_of("sort", COLUMNS))
    role = text_of(query, "role")
    return Wanted(
        words=text_of(query, "q"),
        state=_choice(query, "state", State),
        role="" if role == NOBODY else role or None,
        idle=_number(query, "idle", IDLE_DAYS),
        limit=_choice(query, "limit", Limit),
        sort=sort,
        columns=_columns(query),
        per_page=_number(query, "per", PER_PAGE) or USUAL_PAGE,
        page=_page(query),
    )


def _columns(query: QueryDict) -> tuple[str, ...]:
    """Joined by commas in a link, one by one from a form; in the table's own order."""
    given = ",".join(query.getlist("columns")).split(",")
    names = {name for name in given if name}
    if not names:
        return USUAL
    choosable = [name for name in COLUMNS if name != "name"]
    if not names.issubset(choosable):
        raise BadInput("columns", one_of("columns", choosable))
    return tuple(name for name in choosable if name in names)


def _choice(query: Mapping[str, str], field: str, kind: type[C]) -> C | None:
    text = query.get(field, "")
    if not text:
        return None
    if text not in list(kind):
        raise BadInput(field, one_of(field, [one.value for one in kind]))
    return kind(text)


def _number(
    query: Mapping[str, str], field: str, allowed: tuple[int, ...]
) -> int | None:
    text = query.get(field, "")
    if not text:
        return None
    if text not in map(str, allowed):
        raise BadInput(field, one_of(field, map(str, allowed)))
    return int(text)


def _page(query: Mapping[str, str]) -> int:
    text = query.get("page") or "1"
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and int(text)):
        raise BadInput("page", _("page must be the number of a page."))
    return int(text)
