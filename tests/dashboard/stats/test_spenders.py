"""Who spends most, and whose spend grows."""

from datetime import date
from decimal import Decimal

from dashboard.periods import Period
from dashboard.stats.sources import EVERYTHING
from dashboard.stats.spenders import spenders
from tests import factories
from tokens.models import Team

DAY, TODAY = date(2026, 11, 20), date(2026, 11, 21)
PERIOD, BEFORE = Period(DAY, TODAY), Period(date(2026, 11, 18), date(2026, 11, 18))


def spent(team: Team, *rows: tuple[date, str, str]) -> None:
    for day, email, cents in rows:
        factories.rollup(team, day, cents, email=email)
    factories.add_up(team)


def test_usage_without_an_email_is_nobody_active(team: Team) -> None:
    spent(team, (DAY, "", "3"), (DAY, "ada@x.org", "5"))
    found = spenders(team, PERIOD, None, EVERYTHING, TODAY)
    assert found.active == 1
    assert found.now == {"": Decimal(3), "ada@x.org": Decimal(5)}


def test_whole_days_leave_out_today(team: Team) -> None:
    spent(team, (DAY, "ada@x.org", "5"), (TODAY, "ada@x.org", "3"), (TODAY, "bob", "2"))
    found = spenders(team, PERIOD, None, EVERYTHING, TODAY)
    assert found.now == {"ada@x.org": Decimal(8), "bob": Decimal(2)}
    assert found.whole_days == {"ada@x.org": Decimal(5)}
    assert (found.active, found.active_on_whole_days) == (2, 1)


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
