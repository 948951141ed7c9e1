"""What the vendor counts, put together by week and month, for all and for some."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboard import rollups
from dashboard.grains import Grain
from dashboard.models import DailyUsage, DayFacet
from dashboard.periods import Period
from dashboard.stats.counters import CounterDay, facets, rate
from dashboard.stats.sources import Only
from tests import factories

FRIDAY, MONDAY, LATER = date(2026, 11, 6), date(2026, 11, 9), date(2026, 11, 11)


@pytest.mark.django_db
@pytest.mark.parametrize("only", [Only(), Only(email="ada@example.com")])
def test_the_people_of_a_weeks_days_are_added_up(only: Only) -> None:
    team = factories.team()
    for day in (FRIDAY, MONDAY, LATER):
        DailyUsage.objects.create(
            team=team,
            email="ada@example.com",
            day=day,
            is_active=True,
            client_version="2.1.6",
            synced_at=datetime.now(UTC),
        )
    rollups.rebuild_activity(team, [FRIDAY, MONDAY, LATER])
    found = facets(team, Period(FRIDAY, LATER), only, Grain.WEEK)
    versions = found[DayFacet.Facet.CLIENT_VERSION]
    first = date(2026, 11, 2)
    assert sorted(versions) == [(first, "2.1.6", 1), (MONDAY, "2.1.6", 2)]


@pytest.mark.once
@pytest.mark.parametrize(
    "accepts, applies, percent", [(1, 4, 25), (5, 4, 100), (0, 4, 0), (3, 0, None)]
)
def test_a_rate_is_a_share_of_at_most_all(
    accepts: int, applies: int, percent: int | None
) -> None:
    counted = {"total_accepts": accepts, "total_applies": applies}
    days = [CounterDay(MONDAY, values=counted)]
    found = rate(days, "total_accepts", "total_applies")
    assert found == (None if percent is None else Decimal(percent))
