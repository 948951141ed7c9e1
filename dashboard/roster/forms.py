"""What the table of people lets its reader choose."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.filters import NOBODY
from dashboard.roster.columns import COLUMNS
from dashboard.roster.wanted import IDLE_DAYS, PER_PAGE, Limit, State, Wanted
from dashboard.stats.roster import Somebody
from dashboard.views.picker import Choice


@dataclass(frozen=True)
class Choices:
    states: list[Choice]
    roles: list[Choice]
    idle: list[Choice]
    limits: list[Choice]
    columns: list[Choice]
    per_page: list[Choice]


def choices(wanted: Wanted, everybody: Iterable[Somebody]) -> Choices:
    return Choices(
        [Choice(one, one.label, one is wanted.state) for one in State],
        _roles(wanted, everybody),
        [Choice(str(n), _days(n), n == wanted.idle) for n in IDLE_DAYS],
        [Choice(one, one.label, one is wanted.limit) for one in Limit],
        [
            Choice(one.name, str(one.title), one.name in wanted.columns)
            for one in COLUMNS.values()
            if one.name != "name"
        ],
        [Choice(str(n), str(n), n == wanted.per_page) for n in PER_PAGE],
    )


def narrowed_by(wanted: Wanted) -> list[tuple[str, str]]:
    """What the table was narrowed by, as its form calls it: paper has no form."""
    role = None if wanted.role is None else wanted.role or _("No role")
    every = [
        (_("Search"), wanted.words),
        (_("Standing"), wanted.state and wanted.state.label),
        (_("Role"), role),
        (_("Idle for"), wanted.idle and _days(wanted.idle)),
        (_("Limit"), wanted.limit and wanted.limit.label),
    ]
    return [(title, value) for title, value in every if value]


def _roles(wanted: Wanted, everybody: Iterable[Somebody]) -> list[Choice]:
    roles = {one.role for one in everybody if one.is_member}
    if wanted.role is not None:
        roles.add(wanted.role)
    return [
        Choice(role or NOBODY, role or _("No role"), role == wanted.role)
        for role in sorted(roles)
    ]


def _days(days: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
