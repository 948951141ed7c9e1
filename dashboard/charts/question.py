"""What a chart is asked: whose numbers, which of them, as known on which day."""

from dataclasses import dataclass
from datetime import date

from dashboard.filters import Filters
from dashboard.grains import Grain
from dashboard.periods import Cycle, Period
from dashboard.stats.freshness import Coverage
from tokens.models import Team


@dataclass(frozen=True)
class Question:
    """`covered` is of the stream that the chart is made from."""

    team: Team
    filters: Filters
    cycle: Cycle
    today: date
    covered: Coverage | None

    @property
    def period(self) -> Period:
        return self.filters.period

    @property
    def grain(self) -> Grain:
        return self.filters.grain
