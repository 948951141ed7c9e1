"""The horizontal axis: the days, weeks or months of a period, or words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.charts.question import Question
from dashboard.grains import buckets
from dashboard.periods import DAY, Period
from dashboard.stats.freshness import Coverage, provisional_from

# A longer axis starts at the first day with data, or 2000 years would be drawn.
LONGEST_EMPTY_AXIS = 400
Key = date | str


@dataclass(frozen=True)
class Tick:
    """One place on the axis. Values are found by `key`: a word, or the first day of the
    whole week or month; `first` and `last` are its days inside the period."""

    key: Key
    first: date | None = None
    last: date | None = None

    @property
    def label(self) -> str:
        return str(self.key) if self.first is None else self.first.isoformat()

    def is_known(self, covered: Coverage | None) -> bool:
        """Whether at least a part of it was fetched."""
        if self.first is None or self.last is None:
            return True
        since, until = (covered.since, covered.until) if covered else (None, None)
        if since is None or until is None:
            return False
        return self.first <= until.date() and self.last >= since.date()


def timeline(question: Question, keys: Collection[Key]) -> tuple[Tick, ...]:
    with_data = [key for key in keys if isinstance(key, date)]
    grain = question.grain
    found = buckets(days(question.period, with_data, question.today), grain)
    return tuple(Tick(grain.first(b.first), b.first, b.last) for b in found)


def days(period: Period, with_data: Sequence[date], today: date) -> tuple[date, ...]:
    """The period's days up to today, or to the last one with data if that is later."""
    last = min(period.end, max([today, *with_data]))
    first = period.start
    if (last - first).days > LONGEST_EMPTY_AXIS:
        first = max(first, min([last, *with_data]))
    count = (last - first).days + 1
    return tuple(first + DAY * number for number in range(max(0, count)))


def words(*every: str) -> tuple[Tick, ...]:
    return tuple(Tick(word) for word in every)


def first_provisional(ticks: Iterable[Tick], today: date) -> date:
    """The first day of the first tick that holds a day whose numbers may still change;
    after the last tick, that day itself. So `label >= provisional_from` marks them."""
    since = provisional_from(today)
    for tick in ticks:
        if tick.first and tick.last and tick.last >= since:
            return tick.first
    return since
