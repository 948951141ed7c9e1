"""One month of one team on paper: spend, people, groups, models, adoption, limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.models import Stream
from dashboard.periods import DAY, Cycle, Period
from dashboard.stats.by_person import BEFORE, NOW, by_person
from dashboard.stats.counters import counters, rate, total
from dashboard.stats.gauge import Limits, limits, readings
from dashboard.stats.group_rows import group_rows
from dashboard.stats.groups import Table
from dashboard.stats.groups import groups as groups_of
from dashboard.stats.people import Named, Person, members_of, person
from dashboard.stats.progress import progress
from dashboard.stats.rows import ZERO
from dashboard.stats.sources import EVERYTHING
from dashboard.stats.spans import fresh_months
from dashboard.stats.usage import Spend
from dashboard.views.asked import Asked, page, show
from dashboard.views.chargeback import is_known
from dashboard.views.charts import drawn
from dashboard.views.groups import asking
from dashboard.views.months import Month, in_month

TOP = 10


@dataclass(frozen=True)
class Spender:
    """Cents. `before`: of the month before, None where that is not known."""

    person: Person
    now: Decimal
    before: Decimal | None


@dataclass(frozen=True)
class People:
    top: list[Spender]
    active: int
    active_before: int | None


@dataclass(frozen=True)
class Adoption:
    """Of the vendor's counters; shares in percent, None without a whole. `daily`: how
    many people were active on a day with anybody, on average."""

    daily: int | None
    tabs: Decimal | None
    applies: Decimal | None
    lines: int
    agent: int
    chat: int


@require_safe
@page
def report(request: HttpRequest, asked: Asked) -> HttpResponse:
    asked, month = in_month(asked, request.GET)
    other = _before(asked, month)
    members = members_of(asked.team)
    table = _table(asked, other, members)
    people = asked.kept(
        f"report people {other}", lambda: _people(asked, other, members)
    )
    adoption = asked.kept("report adoption", lambda: _adoption(asked))
    doing = None if asked.covered and adoption else progress(asked.team, asked.now)
    context = {
        "month": month,
        "other": other,
        "table": table,
        "sums": table.all.sums,
        "people": people,
        "each": _each(table.all.sums.now.total, people.active),
        "drawn": drawn(asked, "daily-spend"),
        "adoption": adoption,
        "limits": _limits(asked),
        "covered": asked.covered,
        "is_whole": month.is_over and is_known(asked),
        "events_refusal": doing.refusal(Stream.EVENTS) if doing else "",
        "daily_refusal": doing.refusal(Stream.DAILY) if doing else "",
    }
    return show(request, "dashboard/report.html", asked, context)


def _before(asked: Asked, month: Month) -> Period | None:
    """The month before, whole; beside one that is not over only as many days."""
    if not month.before:
        return None
    last = month.period.start - DAY
    before = Period(last.replace(day=1), last)
    gone = (asked.today - month.period.start).days
    if not month.is_over:
        before = before.first(gone)
    since = asked.covered and asked.covered.since.date()
    return before if gone > 0 and since and since <= before.start else None


def _table(asked: Asked, other: Period | None, members: Mapping[str, Named]) -> Table:
    about = asking(asked, other)
    return asked.kept(
        f"report groups {other}",
        lambda: groups_of(about, group_rows(asked.team), members)[0],
    )


def _people(asked: Asked, other: Period | None, members: Mapping[str, Named]) -> People:
    spans = {NOW: asked.period} | ({BEFORE: other} if other else {})
    months = fresh_months(asked.team, list(spans.values()))
    found = by_person(asked.team, spans, months, EVERYTHING, first=("total",))
    cents = {
        name: {email: used.total for email, used in people.items()}
        for name, people in found.items()
    }
    now, before = cents[NOW], cents.get(BEFORE)
    most = sorted(now, key=lambda email: (-now[email], email))[:TOP]
    return People(
        [
            Spender(
                person(email, members.get(email), Spend()),
                now[email],
                None if before is None else before.get(email, ZERO),
            )
            for email in most
        ],
        sum(1 for email in now if email),
        None if before is None else sum(1 for email in before if email),
    )


def _adoption(asked: Asked) -> Adoption | None:
    days = counters(asked.team, asked.period, asked.filters.only)
    if not days:
        return None
    busy = [day.active for day in days if day.active]
    return Adoption(
        round(sum(busy) / len(busy)) if busy else None,
        rate(days, "total_tabs_accepted", "total_tabs_shown"),
        rate(days, "total_accepts", "total_applies"),
        total(days, "accepted_lines_added"),
        total(days, "agent_requests"),
        total(days, "chat_requests"),
    )


def _limits(asked: Asked) -> Limits | None:
    """In the cycle that the month ends in, as the vendor last said."""
    return limits(readings(asked.team, _cycle(asked)))


def _cycle(asked: Asked) -> Cycle:
    cycle, last = asked.cycle, min(asked.period.end, asked.today)
    while cycle.start.date() > last and cycle.earlier:
        cycle = cycle.before()
    return cycle


def _each(cents: Decimal, people: int) -> Decimal | None:
    return cents / people if people else None
