"""Events against the vendor's gauge and its billing groups, per person and cycle."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from dashboard.exporting import Cell, download
from dashboard.models import Member, Stream
from dashboard.periods import Cycle
from dashboard.stats.people import NO_ONE, Person, person
from dashboard.stats.progress import progress
from dashboard.stats.reconcile import (
    Account,
    Cause,
    Reconciliation,
    State,
    reconciliation,
)
from dashboard.views.asked import Asked, export, page, show
from dashboard.views.picker import Link

CAUSES = {
    Cause.MISSING: gettext_lazy("Days of the cycle were not fetched"),
    Cause.LAG: gettext_lazy("Days that Cursor still corrects"),
    Cause.UNPRICED: gettext_lazy("Events without a cost"),
    Cause.UNATTRIBUTED: gettext_lazy("Events without an e-mail"),
    Cause.NO_GAUGE: gettext_lazy("Not in Cursor’s gauge"),
}
STATES = {
    State.EQUAL: gettext_lazy("Equal"),
    State.EXPLAINED: gettext_lazy("May be explained"),
    State.OPEN: gettext_lazy("Open"),
}
SHOWN = 200


@require_safe
@page
def reconcile(request: HttpRequest, asked: Asked) -> HttpResponse:
    found = _found(asked)
    shown = [a for a in found.accounts if a.state is not State.EQUAL][:SHOWN]
    context = {
        "found": found,
        "links": _links(asked),
        "rows": _rows(asked, shown),
        "equal": found.of(State.EQUAL),
        "explained": found.of(State.EXPLAINED),
        "covered": asked.covered,
        "spend_refusal": progress(asked.team, asked.now).refusal(Stream.SPEND),
        "csv": _csv(asked),
    }
    return show(request, "dashboard/reconcile.html", asked, context)


def _rows(
    asked: Asked, shown: list[Account]
) -> list[tuple[Person, Account, str, list[str]]]:
    emails = [account.email for account in shown]
    members = {
        m.email: m for m in Member.objects.of(asked.team).filter(email__in=emails)
    }
    return [
        (person(a.email, members.get(a.email), NO_ONE), a, *_words(a)) for a in shown
    ]


@require_safe
@export
def reconcile_csv(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    found = _found(asked)
    heads = [
        _("Person"),
        _("Events"),
        _("Gauge"),
        _("Billing groups"),
        _("Difference"),
        _("Days that still change"),
        _("Events without a cost"),
        _("State"),
        _("Causes"),
    ]
    name = f"reconciliation-{found.cycle.start.date()}.csv"
    return download(request, name, heads, _lines(found))


def _lines(found: Reconciliation) -> Iterator[list[Cell]]:
    """Dollars, not rounded."""
    for account in found.accounts:
        state, causes = _words(account)
        yield [
            account.email,
            account.events / 100,
            None if account.gauge is None else account.gauge / 100,
            None if account.groups is None else account.groups / 100,
            account.difference / 100,
            account.late / 100,
            account.unpriced,
            state,
            "; ".join(causes),
        ]


def _words(account: Account) -> tuple[str, list[str]]:
    return str(STATES[account.state]), [str(CAUSES[c]) for c in account.causes]


def _found(asked: Asked) -> Reconciliation:
    cycle = _cycle(asked)
    return asked.kept(
        f"reconciliation {cycle.start}",
        lambda: reconciliation(asked.team, cycle, asked.covered, asked.now),
    )


def _cycle(asked: Asked) -> Cycle:
    """The last one when it is asked for, else the present one."""
    is_last = asked.period.preset == "last-cycle"
    return asked.cycle.before() if is_last else asked.cycle


def _links(asked: Asked) -> list[Link]:
    is_last = asked.period.preset == "last-cycle"
    return [
        Link(_("This cycle"), asked.here(period=""), not is_last),
        Link(_("Last cycle"), asked.here(period="last-cycle"), is_last),
    ]


def _csv(asked: Asked) -> str:
    is_last = asked.period.preset == "last-cycle"
    return asked.query(period="last-cycle" if is_last else "")
