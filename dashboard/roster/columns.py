"""The columns of the table of people: how each is sorted, written on the page and
written in the file. Money is in cents, in the file in dollars that are not rounded."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dashboard.exporting import Cell
from dashboard.stats.roster import Somebody
from dashboard.templatetags import figures

HUNDRED = Decimal(100)
ENDLESS = Decimal("Infinity")
Value = Decimal | int | None


@dataclass(frozen=True)
class Column:
    """`key` sorts; None is last either way. `cell` is None for what a file cannot hold,
    `exact` is the number behind a rounded text. `heading`: the file's, where a unit
    has to be said."""

    name: str
    title: str | Promise
    key: Callable[[Somebody], Any]
    text: Callable[[Somebody], str]
    cell: Callable[[Somebody], Cell] | None
    is_number: bool = False
    is_usual: bool = False
    exact: Callable[[Somebody], Value] | None = None
    heading: str | Promise = ""


def by_name(one: Somebody) -> tuple[bool, str, str]:
    return (not one.email, one.title.casefold(), one.email)


def _words(name: str, title: Promise, of: Callable[[Somebody], str]) -> Column:
    return Column(
        name,
        title,
        key=lambda one: of(one).casefold() or None,
        text=lambda one: of(one) or "–",
        cell=of,
        is_usual=name == "group",
    )


def _money(
    name: str, title: Promise, of: Callable[[Somebody], Decimal | None]
) -> Column:
    def cell(one: Somebody) -> Decimal | None:
        cents = of(one)
        return None if cents is None else cents / HUNDRED

    return Column(
        name,
        title,
        key=of,
        text=lambda one: figures.dollars(of(one)),
        cell=cell,
        is_number=True,
        is_usual=name == "spend",
        exact=of,
    )


def _count(
    name: str,
    title: Promise,
    of: Callable[[Somebody], Decimal | int],
    write: Callable[[Value], str] = figures.count,
) -> Column:
    return Column(
        name,
        title,
        key=of,
        text=lambda one: write(of(one)),
        cell=of,
        is_number=True,
        is_usual=name != "units",
        exact=of,
    )


def _limit(one: Somebody) -> Decimal | None:
    return one.reading.limit if one.reading else None


def _of_limit(one: Somebody) -> Decimal | None:
    """Percent."""
    used = one.reading.used if one.reading else None
    return None if used is None else used * HUNDRED


def _share_of_limit(one: Somebody) -> str:
    reading = one.reading
    if reading is None or reading.limit is None or reading.on_demand is None:
        return "–"
    return figures.share(reading.on_demand, reading.limit) or "–"


def _change(one: Somebody) -> str:
    if one.is_new:
        return gettext("new")
    if one.before is None:
        return "–"
    return figures.change(one.whole_days, one.before) or "–"


COLUMNS = {
    column.name: column
    for column in (
        Column("name", _("Person"), by_name, lambda one: one.title, None),
        _money("spend", _("Spend"), lambda one: one.spend),
        Column(
            "trend",
            _("Trend"),
            key=lambda one: one.rise,
            text=lambda one: "",
            cell=None,
            is_number=True,
            is_usual=True,
        ),
        Column(
            "change",
            _("Change"),
            key=lambda one: ENDLESS if one.is_new else one.change,
            text=_change,
            cell=lambda one: one.change,
            is_number=True,
            is_usual=True,
            heading=_("Change (percent)"),
        ),
        _money("before", _("Spent before"), lambda one: one.before),
        _money("included", _("Included"), lambda one: one.used.included),
        _money("on-demand", _("On-demand"), lambda one: one.used.on_demand),
        Column(
            "used",
            _("Of the limit"),
            key=_of_limit,
            text=_share_of_limit,
            cell=_of_limit,
            is_number=True,
            is_usual=True,
            heading=_("Of the limit (percent)"),
        ),
        _money("limit", _("Limit"), _limit),
        _count("requests", _("Requests"), lambda one: one.used.requests),
        _count("units", _("Request units"), lambda one: one.used.units),
        _count("tokens", _("Tokens"), lambda one: one.used.tokens, figures.short),
        _count("lines", _("Lines accepted"), lambda one: one.lines, figures.short),
        Column(
            "active",
            _("Last active"),
            key=lambda one: one.last_active,
            text=lambda one: figures.day(one.last_active),
            cell=lambda one: one.last_active,
            is_number=True,
            is_usual=True,
        ),
        _words("group", _("Group"), lambda one: ", ".join(one.groups)),
        _words("role", _("Role"), lambda one: one.role),
    )
}
USUAL = tuple(column.name for column in COLUMNS.values() if column.is_usual)
LEFT = pgettext_lazy("of a person", "Left")


def standing(one: Somebody) -> str:
    """What the page says in a tag beside a name; empty for who has a seat."""
    if one.left_at:
        return str(LEFT)
    if not one.email:
        return gettext("No e-mail")
    return "" if one.is_member else gettext("Not a member")
