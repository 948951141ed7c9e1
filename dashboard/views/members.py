"""The table of everybody: seats, usage without a seat, departed people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dashboard.periods import BadInput, one_of
from dashboard.stats.people import Person, people
from dashboard.views.asked import Asked, page, show
from dashboard.views.picker import picker

PER_PAGE = 100


@dataclass(frozen=True)
class Column:
    name: str
    title: str | Promise
    key: Callable[[Person], Any]
    is_number: bool = False


COLUMNS = {
    column.name: column
    for column in (
        Column(
            "name", _("Person"), lambda p: (not p.email, p.title.casefold(), p.email)
        ),
        Column("role", _("Role"), lambda p: (p.role, p.title.casefold())),
        Column("spend", _("Total"), lambda p: p.spend.total, True),
        Column("included", _("Included"), lambda p: p.spend.included, True),
        Column("on-demand", _("On-demand"), lambda p: p.spend.on_demand, True),
        Column("requests", _("Requests"), lambda p: p.spend.events, True),
        Column("active", _("Last active"), lambda p: p.last_active or date.min, True),
    )
}


@dataclass(frozen=True)
class Heading:
    """A column's head: `url` sorts by it, or the other way if it is sorted by."""

    title: str
    url: str
    order: str
    is_number: bool


@require_safe
@page
def members(request: HttpRequest, asked: Asked) -> HttpResponse:
    sort, search = request.GET.get("sort", "-spend"), request.GET.get("q", "").strip()
    everybody = people(asked.team, asked.period, asked.filters.only)
    found = ordered([p for p in everybody if matches(p, search)], sort)
    shown = _page(found, request.GET.get("page", "1"))
    choosing = picker(asked, q=search, sort=sort if sort != "-spend" else "")
    context = {
        "covered": asked.covered,
        "headings": headings(asked, sort, search),
        "page": shown,
        "search": search,
        "seats": sum(1 for p in everybody if p.is_member and not p.left_at),
        "departed": sum(1 for p in everybody if p.left_at),
        "picker": choosing,
        "searching": {n: v for n, v in choosing.whole.items() if n != "q"},
        "everybody_url": asked.here(sort=sort),
        "previous_url": asked.here(sort=sort, q=search, page=str(shown.number - 1)),
        "next_url": asked.here(sort=sort, q=search, page=str(shown.number + 1)),
    }
    return show(request, "dashboard/members.html", asked, context)


def matches(person: Person, search: str) -> bool:
    words = search.casefold().split()
    text = f"{person.title} {person.email} {person.role}".casefold()
    return all(word in text for word in words)


def ordered(found: list[Person], sort: str) -> list[Person]:
    name = sort.removeprefix("-")
    if name not in COLUMNS:
        raise BadInput("sort", one_of("sort", COLUMNS))
    by_name = sorted(found, key=COLUMNS["name"].key)
    return sorted(by_name, key=COLUMNS[name].key, reverse=sort.startswith("-"))


def headings(asked: Asked, sort: str, search: str) -> list[Heading]:
    """Numbers sort from the highest at first, words from A."""
    made = []
    for column in COLUMNS.values():
        is_here = sort.removeprefix("-") == column.name
        down = sort.startswith("-") if is_here else not column.is_number
        target = column.name if down else f"-{column.name}"
        order = ("descending" if down else "ascending") if is_here else ""
        url = asked.here(sort=target, q=search)
        made.append(Heading(str(column.title), url, order, column.is_number))
    return made


def _page(found: list[Person], number: str) -> Page[Person]:
    try:
        return Paginator(found, PER_PAGE).page(number)
    except InvalidPage:
        raise BadInput("page", gettext("page must be the number of a page.")) from None
