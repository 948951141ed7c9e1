"""Five days of November, of which three are fetched."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dashboard.charts import Question
from dashboard.filters import Filters
from dashboard.periods import Cycle, Period
from dashboard.stats.freshness import Coverage
from tests import factories
from tokens.models import Team

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 5)
COVERED = Coverage(
    datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 4, 12, tzinfo=UTC)
)
CYCLE = Cycle(
    datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), True
)


def asking(team: Team, **filters: Any) -> Question:
    given = {"period": Period(FIRST, LAST)} | filters
    return Question(team, Filters(**given), CYCLE, LAST, COVERED)


def not_fetched(question: Question) -> Question:
    return replace(question, covered=None)


@pytest.fixture
def team(db: None) -> Team:
    return factories.team()
