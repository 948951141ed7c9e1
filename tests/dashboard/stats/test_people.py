from datetime import UTC, date, datetime
from decimal import Decimal

from pytest_django import DjangoAssertNumQueries

from dashboard.models import DailyUsage, EventKind
from dashboard.periods import Period
from dashboard.stats.people import people, sums, sums_so_far, top
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


def test_usage_without_an_email_is_nobody_active(team: Team) -> None:
    factories.rollup(team, DAY, "3", email="")
    factories.rollup(team, DAY, "5", email="ada@x.org", kind=EventKind.ON_DEMAND)
    found = sums(team, PERIOD)
    assert (found.active, found.each, found.spend.total) == (1, Decimal(8), Decimal(8))


def test_whole_days_leave_out_today(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    factories.rollup(team, DAY, "5", email="ada@x.org")
    factories.rollup(team, NEXT, "3", email="ada@x.org")
    factories.rollup(team, NEXT, "2", email="bob@x.org")
    with django_assert_num_queries(2):
        found = sums_so_far(team, PERIOD, NEXT)
    assert (found.all.active, found.all.spend.total) == (2, Decimal(10))
    assert (found.whole_days.active, found.whole_days.spend.total) == (1, Decimal(5))
    assert found.all.people["ada@x.org"].total == 8


def test_the_highest_come_first_and_ties_by_name(team: Team) -> None:
    for email, cents in (("b@x.org", "5"), ("a@x.org", "5"), ("c@x.org", "9")):
        factories.rollup(team, DAY, cents, email=email)
    ranked = top(team, sums(team, PERIOD).people, 2)
    assert [p.email for p in ranked] == ["c@x.org", "a@x.org"]


def test_people_are_three_queries(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        factories.member(team, f"{number}@x.org")
    with django_assert_num_queries(3):
        people(team, PERIOD)
