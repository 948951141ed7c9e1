"""The page that a team admin opens first."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.charts.cycle import ahead, around
from dashboard.charts.registry import CHARTS
from dashboard.charts.splits import SPENDERS
from dashboard.filters import Measure, Split
from dashboard.models import Stream
from dashboard.periods import DAY, Cycle, Period
from dashboard.stats.attention import counted_notices, kept_notices
from dashboard.stats.by_person import Used
from dashboard.stats.days import Days
from dashboard.stats.gauge import gauge, limits, readings
from dashboard.stats.outlook import Expected
from dashboard.stats.people import Person, members_of, person
from dashboard.stats.progress import progress
from dashboard.stats.spenders import Spenders, Together, spenders, together
from dashboard.stats.usage import Spend
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
    """The chosen period and part of the team. `whole_days` and `before`, those of
    `other`, where all of them are known: half of them would look like a rise."""

    now: Together
    whole_days: Together | None
    before: Together | None
    other: Period | None


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
        "splits": choosing.splits(*SPLITS),
        "picker": choosing,
    }
    if asked.covered:
        context |= asked.kept("overview", lambda: _numbers(asked))
        context["piled_up"] = drawn(asked, "cumulative-spend")
        context["notices"] = kept_notices(asked.team) + context["counted"]
    # After the numbers: it may be made from them.
    context["drawn"] = drawn(asked, SPLITS[split])
    return show(request, "dashboard/overview.html", asked, context)


def _numbers(asked: Asked) -> dict[str, object]:
    days = around(question(asked, CHARTS["cumulative-spend"]))
    read = readings(asked.team, asked.cycle)
    other = asked.other
    people = spenders(asked.team, asked.period, other, asked.filters.only, asked.today)
    cents = {email: used.total for email, used in people.now.items()}
    asked.read[SPENDERS, "charged_cents"] = cents
    members = members_of(asked.team)

    def one(email: str) -> Person:
        return person(email, members.get(email), _spend(people.now[email]))

    return {
        "so_far": _cycle_so_far(asked, days),
        "gauge": gauge(read),
        "limits": limits(read),
        "chosen": _chosen(people, other),
        "counted": counted_notices(
            asked.covered,
            asked.now,
            sum(row.is_near for row in read),
            people.unattributed,
            days.unpriced_in(asked.cycle.period),
        ),
        "top": [one(email) for email in people.most(TOP)],
        "growing": [(one(rise.email), rise) for rise in people.growing(GROWING)],
        "seats": sum(member.left_at is None for member in members.values()),
    }


def _cycle_so_far(asked: Asked, days: Days) -> CycleSoFar:
    cycle, today, covered = asked.cycle, asked.today, asked.covered
    earlier = cycle.before()
    gone = today - cycle.start.date()
    known = gone and covered is not None and covered.since <= earlier.start
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


def _chosen(people: Spenders, other: Period | None) -> Chosen:
    return Chosen(
        together(people.now),
        None if people.whole_days is None else together(people.whole_days),
        None if people.before is None else together(people.before),
        other,
    )


def _spend(used: Used) -> Spend:
    rest = used.total - used.on_demand - used.included
    return Spend(used.on_demand, used.included, rest, used.requests, used.units)
