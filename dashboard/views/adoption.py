"""Who uses the editor and how, and which seats nobody uses."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from dashboard.charts.adoption import (
    active_people,
    counter_days,
    counter_days_before,
    days_of_origins,
    everybody,
)
from dashboard.charts.question import Question
from dashboard.charts.registry import CHARTS
from dashboard.models import Stream
from dashboard.periods import DAY, BadInput, Period, days_before
from dashboard.stats.active import MONTH, WEEK, Active
from dashboard.stats.counters import CounterDay, rate, total
from dashboard.stats.origins import totals
from dashboard.stats.progress import progress
from dashboard.stats.seats import seats
from dashboard.views.asked import Asked, page, show
from dashboard.views.charts import drawn, question
from dashboard.views.picker import Link, picker

IDLE_DAYS = (7, 14, 30, 60)
USUAL_IDLE = 14
SHOWN = 200
# In the order of the page.
STORIES = (
    "active-people",
    "stickiness",
    "modes",
    "hours",
    "origins",
    "accept-rate",
    "tabs",
    "applies",
    "lines",
    "client-versions",
    "favourite-models",
    "applied-files",
    "tab-files",
    "raw-counts",
)


@dataclass(frozen=True)
class Figures:
    """People who were active up to the day `on`, the last that is over; shares of some
    days in percent, None without a whole."""

    on: date
    daily: int
    weekly: int
    monthly: int
    tabs: Decimal | None
    applies: Decimal | None
    lines: int

    @property
    def stickiness(self) -> float | None:
        return _percent(self.daily, self.monthly)


@require_safe
@page
def adoption(request: HttpRequest, asked: Asked) -> HttpResponse:
    idle_days = _idle_days(request)
    asking = question(asked, CHARTS["active-people"])
    (figures, whole, before), found, automated = asked.kept(
        f"adoption:{idle_days}:{asked.team.seat_cents}:{_counted_since(asked)}",
        lambda: (
            _figures(asked, asking),
            seats(asked.team, everybody(asking), asked.today, idle_days),
            totals(days_of_origins(asking)),
        ),
    )
    doing = None
    if asked.covered is None or asking.covered is None:
        doing = progress(asked.team, asked.now)
    context = {
        "picker": picker(asked, idle="" if idle_days == USUAL_IDLE else str(idle_days)),
        "charts": [drawn(asked, slug) for slug in STORIES],
        "figures": figures,
        "whole": whole,
        "before": before,
        "origins": automated,
        "seats": found,
        "shown": found.idle[:SHOWN],
        "idle_days": idle_days,
        "idle_links": _idle_links(asked, idle_days),
        "daily_refusal": doing.refusal(Stream.DAILY) if doing else "",
        "events_refusal": doing.refusal(Stream.EVENTS) if doing else "",
        "covered": asked.covered,
    }
    return show(request, "dashboard/adoption.html", asked, context)


def _figures(asked: Asked, asking: Question) -> list[Figures | None]:
    """Of the period, of its days that are over, and of the days before where they are
    known. None in a period of which no day has begun."""
    period, today = asked.period, asked.today
    if period.start > today:
        return [None, None, None]
    last = min(period.end, max(period.start, today - DAY))
    found = active_people(asking)
    before = _before(asked, asking, found)
    days = counter_days(asking)
    whole = [one for one in days if one.day < today]
    return [_at(last, found, days), _at(last, found, whole), before]


def _before(asked: Asked, asking: Question, found: Active) -> Figures | None:
    """A month of active people has to be known, too: half of it would look like a
    rise."""
    other, since = asked.other, _counted_since(asked)
    if other is None or since is None or since > other.start:
        return None
    if days_before(other.end, MONTH - 1) < max(since, found.first):
        return None
    return _at(other.end, found, counter_days_before(asking, other))


def _counted_since(asked: Asked) -> date | None:
    counted = asked.covered_by(Stream.DAILY)
    return counted.since.date() if counted else None


def _at(last: date, found: Active, days: list[CounterDay]) -> Figures:
    daily, weekly, monthly = (
        len(found.within(Period(days_before(last, length - 1), last)))
        for length in (1, WEEK, MONTH)
    )
    return Figures(
        on=last,
        daily=daily,
        weekly=weekly,
        monthly=monthly,
        tabs=rate(days, "total_tabs_accepted", "total_tabs_shown"),
        applies=rate(days, "total_accepts", "total_applies"),
        lines=total(days, "accepted_lines_added"),
    )


def _percent(part: int, whole: int) -> float | None:
    return part * 100 / whole if whole else None


def _idle_days(request: HttpRequest) -> int:
    text = request.GET.get("idle", "") or str(USUAL_IDLE)
    if text not in map(str, IDLE_DAYS):
        allowed = ", ".join(map(str, IDLE_DAYS))
        raise BadInput("idle", _("idle must be one of %(all)s.") % {"all": allowed})
    return int(text)


def _idle_links(asked: Asked, chosen: int) -> list[Link]:
    return [
        Link(
            ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
            asked.here(idle="" if days == USUAL_IDLE else str(days)) + "#idle",
            days == chosen,
        )
        for days in IDLE_DAYS
    ]
