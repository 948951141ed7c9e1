"""What a chart is asked: whose numbers, which of them, as known on which day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from dashboard.filters import Filters
from dashboard.grains import Grain
from dashboard.periods import Cycle, Period
from dashboard.stats.freshness import Coverage
from tokens.models import Team

A = TypeVar("A")


@dataclass(frozen=True)
class Question:
    """`covered` is of the stream that the chart is made from. `read` holds what the
    charts of one page share."""

    team: Team
    filters: Filters
    cycle: Cycle
    today: date
    covered: Coverage | None
    read: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: object, make: Callable[[], A]) -> A:
        """The rows that several charts of a page are made from are asked for once."""
        if key not in self.read:
            self.read[key] = make()
        return cast(A, self.read[key])

    @property
    def period(self) -> Period:
        return self.filters.period

    @property
    def grain(self) -> Grain:
        return self.filters.grain
