"""Every local group with what it cost, and how that adds up to the whole."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.charts.splits import GROUPS, KEPT_GROUPS
from dashboard.exporting import Cell, download
from dashboard.filters import NOBODY
from dashboard.models import Stream
from dashboard.periods import Period
from dashboard.stats.group_rows import group_rows
from dashboard.stats.group_sums import Asking
from dashboard.stats.groups import Line, Table
from dashboard.stats.groups import groups as groups_of
from dashboard.stats.people import members_of
from dashboard.stats.progress import progress
from dashboard.views.asked import Asked, export, show
from dashboard.views.asked_group import groups_page
from dashboard.views.charts import drawn
from dashboard.views.group_editing import deletion
from dashboard.views.picker import Picker
from tokens.models import Change

HUNDRED = Decimal(100)


@require_safe
@groups_page
def groups(request: HttpRequest, asked: Asked) -> HttpResponse:
    asked = _of_all(asked)
    other = asked.other
    kept = group_rows(asked.team)
    asked.read[KEPT_GROUPS] = kept.groups
    table, ticks = asked.kept(
        f"groups {other}",
        lambda: groups_of(asking(asked, other), kept, members_of(asked.team)),
    )
    if ticks:
        asked.read[GROUPS, "charged_cents"] = ticks
    context = {
        "picker": Picker(asked, {}, of_people=False),
        "table": table,
        "rows": [(line, address(line) + asked.query()) for line in table.lines],
        "other": other,
        "deleted": _deleted(request, asked),
        "has_groups": len(table.lines) > 1,
        "drawn": drawn(asked, "daily-spend-by-group"),
        "covered": asked.covered,
        "events_refusal": ""
        if asked.covered
        else progress(asked.team, asked.now).refusal(Stream.EVENTS),
    }
    return show(request, "dashboard/groups.html", asked, context)


@require_safe
@export
def groups_csv(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    asked = _of_all(asked)
    name = f"groups-{asked.period.start}-{asked.period.end}.csv"
    kept, members = group_rows(asked.team), members_of(asked.team)
    table, _ticks = groups_of(asking(asked, None), kept, members)
    return download(request, name, heads(), lines(table))


def _deleted(request: HttpRequest, asked: Asked) -> Change | None:
    """What can be undone."""
    number = request.GET.get("deleted", "")
    return deletion(asked.team, number) if number and asked.access.manages else None


def heads() -> list[str]:
    return [
        _("Group"),
        _("Cost centre"),
        _("People"),
        _("Requests"),
        _("Included"),
        _("On-demand"),
        _("Other"),
        _("Total"),
        _("Share (percent)"),
    ]


def lines(table: Table) -> Iterator[list[Cell]]:
    """Dollars to the cent, as they add up on the page; their sum comes last."""
    for line in table.lines:
        yield [name(line), line.group.code if line.group else "", *_amounts(line)]
    yield [_("Total"), "", *_amounts(table.all)]


def _amounts(line: Line) -> list[Cell]:
    cents = line.included, line.on_demand, line.other, line.total
    return [
        line.people,
        line.sums.now.events,
        *(amount / HUNDRED for amount in cents),
        line.share,
    ]


def name(line: Line) -> str:
    return line.group.name if line.group else _("In no group")


def address(line: Line) -> str:
    return reverse("group", args=[line.number or NOBODY])


def _of_all(asked: Asked) -> Asked:
    """A table of everybody's groups is not narrowed to one, or to a person."""
    return replace(asked, filters=replace(asked.filters, group=None, email=None))


def asking(asked: Asked, other: Period | None) -> Asking:
    filters = asked.filters
    return Asking(
        asked.team, asked.period, other, filters.only, asked.today, filters.grain
    )
