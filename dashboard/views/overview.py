"""The page that a team admin opens first."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.filters import Split
from dashboard.models import Member, Stream
from dashboard.periods import DAY, Cycle, Period, comparable
from dashboard.stats.freshness import Coverage
from dashboard.stats.gauge import gauge
from dashboard.stats.people import Sums, sums, sums_between, sums_so_far, top
from dashboard.stats.progress import progress
from dashboard.stats.sources import EVERYTHING, Only
from dashboard.views.asked import Asked, page, show
from dashboard.views.charts import drawn
from dashboard.views.picker import picker

SPLITS = {
    Split.MODEL: "daily-spend",
    Split.KIND: "daily-spend-by-kind",
    Split.PERSON: "daily-spend-by-person",
    Split.GROUP: "daily-spend-by-group",
}
TOP = 8


@dataclass(frozen=True)
class Compared:
    """The sums of a period, and those of the days to compare its whole days with
    where all of them are known: half of them would look like a rise."""

    now: Sums
    whole_days: Sums
    other: Period | None
    before: Sums | None


@dataclass(frozen=True)
class CycleSoFar:
    cycle: Cycle
    day: int
    compared: Compared

    @property
    def days(self) -> int:
        return len(self.cycle.period)

    @property
    def ticks(self) -> list[str]:
        """One mark per day: gone by, today, to come."""
        gone, left = self.day - 1, self.days - self.day
        return ["gone"] * gone + ["today"] + ["left"] * left


@require_safe
@page
def overview(request: HttpRequest, asked: Asked) -> HttpResponse:
    split = asked.filters.split or Split.MODEL
    covered, choosing = asked.covered, picker(asked)
    cycle = cycle_compared(asked, covered)
    only = asked.filters.only
    same = asked.period == asked.cycle.period and only == EVERYTHING
    chosen = cycle if same else compared(asked, asked.period, covered, only)
    doing = progress(asked.team, asked.now)
    context = {
        "progress": doing,
        "events_refusal": doing.refusal(Stream.EVENTS),
        "covered": covered,
        "so_far": cycle_so_far(asked, cycle),
        "gauge": gauge(asked.team, asked.cycle),
        "drawn": drawn(asked, SPLITS[split]),
        "splits": choosing.splits(*SPLITS),
        "picker": choosing,
        "chosen": chosen,
        "top": top(asked.team, chosen.now.people, TOP),
        "seats": Member.objects.of(asked.team).present().count(),
    }
    return show(request, "dashboard/overview.html", asked, context)


def compared(
    asked: Asked,
    period: Period,
    covered: Coverage | None,
    only: Only = EVERYTHING,
) -> Compared:
    other = comparable(period, asked.cycle, asked.today)
    known = covered and other and covered.since.date() <= other.start
    before = sums(asked.team, other, only) if other and known else None
    so_far = sums_so_far(asked.team, period, asked.today, only)
    return Compared(so_far.all, so_far.whole_days, other, before)


def cycle_compared(asked: Asked, covered: Coverage | None) -> Compared:
    """By the instants at which cycles start: from there to now, and to the end of the
    last whole day against as long a part of the cycle before."""
    now, before = asked.cycle, asked.cycle.before()
    midnight = datetime.combine(asked.today, time.min, UTC)
    other = comparable(now.period, now, asked.today)
    known = covered and other and covered.since <= before.start

    def of(start: datetime, end: datetime) -> Sums:
        return sums_between(asked.team, start, end)

    as_far = min(before.start + (midnight - now.start), before.end)
    return Compared(
        of(now.start, min(now.end, midnight + DAY)),
        of(now.start, max(midnight, now.start)),
        other,
        of(before.start, as_far) if known else None,
    )


def cycle_so_far(asked: Asked, cycle: Compared) -> CycleSoFar:
    day = (asked.today - asked.cycle.period.start).days + 1
    return CycleSoFar(asked.cycle, min(day, len(asked.cycle.period)), cycle)
