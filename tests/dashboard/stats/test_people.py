from datetime import UTC, date, datetime
from decimal import Decimal

from pytest_django import DjangoAssertNumQueries

from dashboard.models import DailyUsage, EventKind
from dashboard.periods import Period
from dashboard.stats.people import people, people_of
from dashboard.stats.usage import Spend
from tests import factories
from tokens.models import Team

DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)
PERIOD = Period(DAY, NEXT)


def active(team: Team, email: str, day: date, is_active: bool = True) -> None:
    DailyUsage.objects.create(
        team=team,
        email=email,
        day=day,
        is_active=is_active,
        synced_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def test_everybody_is_there_with_a_seat_or_with_usage(team: Team) -> None:
    factories.member(team, "idle@x.org")
    factories.rollup(team, DAY, "5", email="gone@x.org")
    factories.rollup(team, DAY, "7", email="")
    found = {p.email: p for p in people(team, PERIOD)}
    assert set(found) == {"", "gone@x.org", "idle@x.org"}
    assert found[""].title == "Unattributed"
    assert not found["gone@x.org"].is_member
    assert found["idle@x.org"].spend.total == 0


def test_the_last_active_day_is_the_newest_of_counters_and_usage(team: Team) -> None:
    factories.member(team, "ada@x.org")
    factories.member(team, "bob@x.org")
    active(team, "ada@x.org", date(2026, 11, 1))
    active(team, "ada@x.org", date(2026, 11, 30), is_active=False)
    active(team, "bob@x.org", date(2026, 11, 2))
    factories.rollup(team, NEXT, email="ada@x.org")
    found = {p.email: p.last_active for p in people(team, PERIOD)}
    assert found == {"ada@x.org": NEXT, "bob@x.org": date(2026, 11, 2)}


def test_people_are_three_queries(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        factories.member(team, f"{number}@x.org")
    with django_assert_num_queries(3):
        people(team, PERIOD)


def test_a_few_people_come_with_what_they_spent(team: Team) -> None:
    factories.member(team, "ada@x.org", name="Ada")
    factories.rollup(team, DAY, "5", email="ada@x.org", kind=EventKind.ON_DEMAND)
    factories.rollup(team, DAY, "9", email="bob@x.org")
    [ada] = people_of(team, PERIOD, ["ada@x.org"])
    assert ada.name == "Ada"
    assert ada.spend == Spend(on_demand=Decimal(5), events=1, requests_costs=Decimal(1))
