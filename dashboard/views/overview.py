"""The page that a team admin opens first."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.charts.cycle import ahead, around
from dashboard.charts.registry import CHARTS
from dashboard.filters import Measure, Split
from dashboard.models import Member, Stream
from dashboard.periods import DAY, Cycle, Period, comparable
from dashboard.stats.attention import Notice, counted_notices, kept_notices
from dashboard.stats.days import Days
from dashboard.stats.gauge import Reading, gauge, limits, readings
from dashboard.stats.outlook import Expected
from dashboard.stats.people import Person, people_of
from dashboard.stats.progress import progress
from dashboard.stats.rows import By
from dashboard.stats.sources import Only
from dashboard.stats.spenders import Spenders, spenders
from dashboard.stats.usage import Spend, spend, usage
from dashboard.views.asked import Asked, front, show
from dashboard.views.charts import drawn, question
from dashboard.views.picker import picker

SPLITS = {
    Split.MODEL: "daily-spend",
    Split.KIND: "daily-spend-by-kind",
    Split.PERSON: "daily-spend-by-person",
    Split.GROUP: "daily-spend-by-group",
}
TOP = 8
GROWING = 5


@dataclass(frozen=True)
class CycleSoFar:
    """The present cycle: `now` with today, `whole_days` without it, and as many whole
    days of the one before where all of them are known."""

    cycle: Cycle
    day: int
    now: Spend
    whole_days: Spend
    before: Spend | None
    measure: Measure
    outlook: Expected | None

    @property
    def days(self) -> int:
        return len(self.cycle.period)

    @property
    def ticks(self) -> list[str]:
        """One mark per day: gone by, today, to come."""
        gone, left = self.day - 1, self.days - self.day
        return ["gone"] * gone + ["today"] + ["left"] * left


@dataclass(frozen=True)
class Chosen:
    """The chosen period and part of the team. `before` is of the days of `other`, where
    all of them are known: half of them would look like a rise."""

    now: Spend
    whole_days: Spend
    before: Spend | None
    other: Period | None
    people: Spenders

    @property
    def each(self) -> Decimal | None:
        return _each(self.now, self.people.active)

    @property
    def each_on_whole_days(self) -> Decimal | None:
        return _each(self.whole_days, self.people.active_on_whole_days)

    @property
    def each_before(self) -> Decimal | None:
        return _each(self.before, self.people.active_before) if self.before else None


@require_safe
@front
def overview(request: HttpRequest, asked: Asked) -> HttpResponse:
    split = asked.filters.split or Split.MODEL
    choosing = picker(asked)
    doing = progress(asked.team, asked.now)
    context: dict[str, Any] = {
        "progress": doing,
        "events_refusal": doing.refusal(Stream.EVENTS),
        "covered": asked.covered,
        "drawn": drawn(asked, SPLITS[split]),
        "splits": choosing.splits(*SPLITS),
        "picker": choosing,
    }
    if asked.covered:
        context |= asked.kept("overview", lambda: _numbers(asked))
        context["piled_up"] = drawn(asked, "cumulative-spend")
        context["notices"] = kept_notices(asked.team) + context["counted"]
    return show(request, "dashboard/overview.html", asked, context)


def _numbers(asked: Asked) -> dict[str, object]:
    days = around(question(asked, CHARTS["cumulative-spend"]))
    read = readings(asked.team, asked.cycle)
    chosen = _chosen(asked, days)
    growing = chosen.people.growing(GROWING)
    emails = [*chosen.people.most(TOP), *(growth.email for growth in growing)]
    found = _people(asked, emails)
    return {
        "so_far": _cycle_so_far(asked, days),
        "gauge": gauge(read),
        "limits": limits(read),
        "chosen": chosen,
        "counted": _notices(asked, days, read, chosen),
        "top": [found[email] for email in chosen.people.most(TOP)],
        "growing": [(found[growth.email], growth) for growth in growing],
        "seats": Member.objects.of(asked.team).present().count(),
    }


def _cycle_so_far(asked: Asked, days: Days) -> CycleSoFar:
    cycle, today, covered = asked.cycle, asked.today, asked.covered
    earlier = cycle.before()
    gone = today - cycle.start.date()
    known = covered is not None and covered.since <= earlier.start
    until = min(earlier.start.date() + gone, cycle.start.date())
    now = days.of_cycle(cycle, today + DAY)
    found = ahead(question(asked, CHARTS["cumulative-spend"]))
    return CycleSoFar(
        cycle,
        min(gone.days + 1, len(cycle.period)),
        now,
        days.of_cycle(cycle, today),
        days.of_cycle(earlier, until) if known else None,
        asked.filters.measure,
        found.end if found else None,
    )


def _chosen(asked: Asked, days: Days) -> Chosen:
    period, only, today = asked.period, asked.filters.only, asked.today
    other = comparable(period, asked.cycle, today)
    if not (asked.covered and other and asked.covered.since.date() <= other.start):
        other = None

    def of(span: Period | None) -> Spend:
        if span is None:
            return Spend()
        if only == Only(kind=only.kind) and days.first <= span.start:
            return days.spend(span, only.kind)
        return spend(usage(asked.team, span, [By.KIND], only=only))

    whole = late = None
    if period.start < today:
        whole = Period(period.start, min(period.end, today - DAY))
    if period.end >= today:
        late = Period(max(period.start, today), period.end)
    whole_days = of(whole)
    return Chosen(
        whole_days.and_also(of(late)),
        whole_days,
        of(other) if other else None,
        other,
        spenders(asked.team, period, other, only, today),
    )


def _people(asked: Asked, emails: list[str]) -> dict[str, Person]:
    found = people_of(asked.team, asked.period, emails, asked.filters.only)
    return {person.email: person for person in found}


def _notices(
    asked: Asked, days: Days, read: list[Reading], chosen: Chosen
) -> list[Notice]:
    return counted_notices(
        asked.covered,
        asked.now,
        sum(row.is_near for row in read),
        chosen.people.now.get("", Decimal(0)),
        days.unpriced(asked.cycle.period),
    )


def _each(cents: Spend, people: int) -> Decimal | None:
    return cents.total / people if people else None
