"""Who spends most, and whose spend grows."""

from datetime import date
from decimal import Decimal

import pytest

from dashboard.models import EventKind, LocalGroup
from dashboard.periods import DAY as DAYS
from dashboard.periods import Period
from dashboard.stats.by_person import ByPerson
from dashboard.stats.sources import EVERYTHING, NO_GROUP, Only
from dashboard.stats.spenders import Together, spenders, together
from dashboard.stats.usage import ZERO, By, usage
from tests import factories
from tokens.models import Team

DAY, TODAY = date(2026, 11, 20), date(2026, 11, 21)
PERIOD, BEFORE = Period(DAY, TODAY), Period(date(2026, 11, 18), date(2026, 11, 18))


def cents(people: ByPerson | None) -> dict[str, Decimal]:
    assert people is not None
    return {email: used.total for email, used in people.items()}


def spent(team: Team, *rows: tuple[date, str, str]) -> None:
    for day, email, cents in rows:
        factories.rollup(team, day, cents, email=email)
    factories.add_up(team)


def test_usage_without_an_email_is_nobody_active(team: Team) -> None:
    spent(team, (DAY, "", "3"), (DAY, "ada@x.org", "5"))
    found = spenders(team, PERIOD, None, EVERYTHING, TODAY)
    assert cents(found.now) == {"": 3, "ada@x.org": 5}
    assert found.unattributed == 3
    assert together(found.now) == Together(Decimal(8), 2, Decimal(2), people=1)
    assert together(found.now).each == 8


def test_whole_days_leave_out_today(team: Team) -> None:
    spent(team, (DAY, "ada@x.org", "5"), (TODAY, "ada@x.org", "3"), (TODAY, "bob", "2"))
    found = spenders(team, PERIOD, BEFORE, EVERYTHING, TODAY)
    assert cents(found.now) == {"ada@x.org": 8, "bob": 2}
    assert cents(found.whole_days) == {"ada@x.org": 5}
    assert cents(found.before) == {}
    nobody_knows = spenders(team, PERIOD, None, EVERYTHING, TODAY)
    assert (nobody_knows.whole_days, nobody_knows.before) == (None, None)


@pytest.mark.parametrize(
    "only",
    [
        EVERYTHING,
        Only(kind=EventKind.ON_DEMAND),
        Only(kind=EventKind.INCLUDED, model="opus"),
        Only(email="ada@x.org"),
        Only(group=NO_GROUP),
    ],
    ids=str,
)
@pytest.mark.parametrize("length", [1, 20, 100, 200])
def test_they_are_the_teams_sums_over_its_events(
    team: Team, length: int, only: Only
) -> None:
    """Through months, the days at their edges, and today."""
    for number in range(0, 400, 3):
        factories.rollup(
            team,
            TODAY - DAYS * number,
            f"{number}.00000001",
            email=("ada@x.org", "bob@x.org", "")[number % 5 % 3],
            model=("opus", "gpt-5")[number % 2],
            kind=list(EventKind)[number % 4],
            requests_costs=Decimal("0.5"),
        )
    group = LocalGroup.objects.create(team=team, name="Platform")
    group.members.create(email="bob@x.org", first_day=TODAY - DAYS * 50)
    factories.add_up(team)
    period = Period(TODAY - DAYS * length, TODAY + DAYS * 9)
    before = Period(period.start - DAYS * length, period.start - DAYS)
    found = spenders(team, period, before, only, TODAY)
    whole = Period(period.start, TODAY - DAYS)
    for span, people in (
        (period, found.now),
        (whole, found.whole_days),
        (before, found.before),
    ):
        rows = usage(team, span, [By.MEMBER], only=only)
        assert cents(people) == {row.email: row.charged_cents for row in rows}
        assert people is not None
        assert together(people) == Together(
            sum((row.charged_cents for row in rows), ZERO),
            sum(row.events for row in rows),
            sum((row.requests_costs for row in rows), ZERO),
            sum(1 for row in rows if row.email),
        )
    for used in found.now.values():
        assert used.total >= used.on_demand + used.included
        assert only.kind is None or used.total == used.of(only.kind)


def test_the_highest_come_first_and_ties_by_name(team: Team) -> None:
    spent(team, (DAY, "b", "5"), (DAY, "a", "5"), (DAY, "c", "9"))
    assert spenders(team, PERIOD, None, EVERYTHING, TODAY).most(2) == ["c", "a"]


def test_growth_is_of_whole_days_and_of_named_people(team: Team) -> None:
    spent(team, (BEFORE.start, "a", "5"), (BEFORE.start, "b", "5"))
    spent(team, (DAY, "a", "9"), (DAY, "b", "4"), (DAY, "c", "2"), (DAY, "", "99"))
    spent(team, (TODAY, "b", "100"))
    growing = spenders(team, PERIOD, BEFORE, EVERYTHING, TODAY).growing(5)
    assert [(g.email, g.more) for g in growing] == [
        ("a", Decimal(4)),
        ("c", Decimal(2)),
    ]


def test_without_days_to_compare_with_nobody_grows(team: Team) -> None:
    spent(team, (DAY, "a", "9"))
    assert spenders(team, PERIOD, None, EVERYTHING, TODAY).growing(5) == []
