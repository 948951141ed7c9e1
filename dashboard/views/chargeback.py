"""What each group is charged for a month, so that it adds up to the cent."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.exporting import Cell, download
from dashboard.models import Stream
from dashboard.stats.group_rows import group_rows
from dashboard.stats.groups import Table
from dashboard.stats.groups import groups as groups_of
from dashboard.stats.people import members_of
from dashboard.stats.progress import progress
from dashboard.stats.vendor_groups import VendorGroup, vendor_groups
from dashboard.views.asked import Asked, export, page, show
from dashboard.views.groups import asking, heads, lines
from dashboard.views.months import in_month


@require_safe
@page
def chargeback(request: HttpRequest, asked: Asked) -> HttpResponse:
    asked, month = in_month(asked, request.GET)
    table = table_of(asked)
    doing = progress(asked.team, asked.now)
    context = {
        "month": month,
        "table": table,
        "covered": asked.covered,
        "is_whole": month.is_over and is_known(asked),
        "vendor": _vendor(asked, table),
        "groups_refusal": doing.refusal(Stream.GROUPS),
        "events_refusal": doing.refusal(Stream.EVENTS),
    }
    return show(request, "dashboard/chargeback.html", asked, context)


@require_safe
@export
def chargeback_csv(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    asked, month = in_month(asked, request.GET)

    def rows() -> Iterator[list[Cell]]:
        for line in lines(table_of(asked)):
            yield [month.number, *line]

    name = f"charge-back-{asked.team.slug}-{month.number}.csv"
    return download(request, name, [_("Month"), *heads()], rows())


def table_of(asked: Asked) -> Table:
    """Of the period of `asked`, compared with nothing."""
    team = asked.team
    return asked.kept(
        "charge-back",
        lambda: groups_of(asking(asked, None), group_rows(team), members_of(team))[0],
    )


def is_known(asked: Asked) -> bool:
    """Whether all of the period's usage has been fetched."""
    covered, period = asked.covered, asked.period
    return (
        covered is not None
        and covered.since.date() <= period.start
        and covered.until.date() > period.end
    )


def _vendor(asked: Asked, table: Table) -> list[VendorGroup]:
    *groups, rest = table.lines
    named = [(one.group.name, one.sums.now.total) for one in groups if one.group]
    return vendor_groups(asked.team, asked.period, named, rest.sums.now.total)
