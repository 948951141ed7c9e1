from datetime import date
from decimal import Decimal

from dashboard.models import EventKind
from dashboard.periods import Period
from dashboard.stats.people import people_of
from dashboard.stats.usage import Spend
from tests import factories
from tokens.models import Team

DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)
PERIOD = Period(DAY, NEXT)


def test_a_few_people_come_with_what_they_spent(team: Team) -> None:
    factories.member(team, "ada@x.org", name="Ada")
    factories.rollup(team, DAY, "5", email="ada@x.org", kind=EventKind.ON_DEMAND)
    factories.rollup(team, DAY, "9", email="bob@x.org")
    [ada] = people_of(team, PERIOD, ["ada@x.org"])
    assert ada.name == "Ada"
    assert ada.spend == Spend(on_demand=Decimal(5), events=1, requests_costs=Decimal(1))
