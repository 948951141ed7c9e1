"""The money of a billing cycle as it piles up, beside the cycle before it, and what it
is expected to come to."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.charts.axis import Key, Tick
from dashboard.charts.chart import Chart, Type, Unit
from dashboard.charts.question import Question
from dashboard.charts.shapes import Number, Sums
from dashboard.periods import DAY, Cycle, Period
from dashboard.stats.cycles import is_midnight, rests_of_days
from dashboard.stats.days import Days, days_around
from dashboard.stats.outlook import Outlook, outlook
from dashboard.stats.rows import ZERO, By
from dashboard.stats.sources import Only
from dashboard.stats.usage import usage

NOW, BEFORE = "this-cycle", "last-cycle"
EXPECTED, LOW, HIGH = "expected", "low", "high"


@dataclass(frozen=True)
class CycleDays:
    """Cents by UTC day, and of a day on which a cycle starts the part from its start
    on. A cycle that starts at midnight cuts no day."""

    cents: Mapping[date, Decimal]
    opened: Mapping[date, Decimal]
    ahead: Outlook | None = None

    def of(self, cycle: Cycle, last: date) -> Iterator[Number]:
        """Day by day. What the next cycle leaves of its first day comes to the last."""
        end = cycle.period.end
        for day in _days(cycle.period, min(end, last)):
            cents = self.cents.get(day, ZERO)
            if day == cycle.start.date():
                cents = self.opened.get(day, cents)
            if day == end and end + DAY in self.opened:
                cents += self.cents.get(end + DAY, ZERO) - self.opened[end + DAY]
            yield cents


def both_cycles(question: Question) -> CycleDays:
    team, only = question.team, question.filters.only
    before = question.cycle.before()
    if only == Only(kind=only.kind):
        shared = around(question)
        return CycleDays(
            shared.since(before.start.date(), only.kind),
            shared.opened(only.kind),
            ahead(question),
        )
    both = Period(before.period.start, question.cycle.period.end)
    measures = ["charged_cents"]
    rows = usage(team, both, [By.DAY], only=only, measures=measures)
    starts = (before.start, question.cycle.start)
    cut = {start for start in starts if not is_midnight(start)}
    opened = {
        start.date(): sum((row.charged_cents for row in rest), ZERO)
        for start, rest in rests_of_days(team, cut, ["kind"], only, measures).items()
    }
    return CycleDays({row.day: row.charged_cents for row in rows if row.day}, opened)


def around(question: Question) -> Days:
    """The overview's numbers come from the same days."""
    return question.once(
        "around", lambda: days_around(question.team, question.cycle, question.today)
    )


def ahead(question: Question) -> Outlook | None:
    """Of everybody's money of the measure; the overview says where it ends."""
    return question.once("ahead", lambda: _ahead(question))


def _ahead(question: Question) -> Outlook | None:
    cycle, today, kind = question.cycle, question.today, question.filters.only.kind
    if question.covered is None or question.covered.since is None:
        return None
    days = around(question)
    spent = days.of_cycle(cycle, today + DAY).of(kind)
    known_since = question.covered.since.date() + DAY
    return outlook(cycle, today, spent, days.cents(kind), known_since)


def piled_up(days: CycleDays, question: Question) -> Sums:
    """Cents since the start of each cycle, by the days of this one. Today's are still
    growing; the days to come have what is expected. Half of a last cycle is not shown:
    it would look like a rise."""
    if not days.cents:
        return {}
    now, before, covered = question.cycle, question.cycle.before(), question.covered
    found = {NOW: _piled(days.of(now, question.today), now.period.start)}
    if covered and covered.since <= before.start:
        found[BEFORE] = _piled(days.of(before, before.period.end), now.period.start)
    if days.ahead:
        course = days.ahead.course.items()
        found[EXPECTED] = {day: by_then.cents for day, by_then in course}
        found[LOW] = {day: by_then.low for day, by_then in course}
        found[HIGH] = {day: by_then.high for day, by_then in course}
    return found


def _piled(cents: Iterator[Number], first: date) -> Mapping[Key, Number]:
    return {first + DAY * n: cents for n, cents in enumerate(accumulate(cents))}


def _days(period: Period, last: date) -> list[date]:
    count = (last - period.start).days + 1
    return [period.start + DAY * number for number in range(count)]


def days_of_cycle(question: Question, keys: Collection[Key]) -> list[Tick]:
    """This cycle's, and one or two more where the last cycle was longer."""
    period = question.cycle.period
    last = max([period.end, *(key for key in keys if isinstance(key, date))])
    return [Tick(day, day, day) for day in _days(period, last)]


def names(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    return {
        NOW: _("This cycle"),
        BEFORE: _("Last cycle"),
        EXPECTED: _("Expected"),
        LOW: _("Likely no less"),
        HIGH: _("Likely no more"),
    }


CHARTS = (
    Chart(
        "cumulative-spend",
        gettext_lazy("Spend since the start of the cycle"),
        Type.LINE,
        Unit.USD,
        both_cycles,
        piled_up,
        names,
        days_of_cycle,
        colours={NOW: "s1", BEFORE: "rest", EXPECTED: "s1", LOW: "s1", HIGH: "s1"},
        looks={BEFORE: "settled", EXPECTED: "ahead", LOW: "edge", HIGH: "band"},
        gaps=True,
    ),
)
