"""What the vendor's billing groups say of a cycle."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dashboard.models import BillingGroup
from dashboard.periods import Cycle
from dashboard.stats.group_gauge import group_gauge
from tests import factories
from tokens.models import Team

START, END = datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 12, 1, 8, tzinfo=UTC)
CYCLE = Cycle(START, END, known=True)


def group(team: Team, number: str, cents: int | None, **people: int | None) -> None:
    given: dict[str, Any] = {"cycle_start": START, "synced_at": START}
    made = BillingGroup.objects.create(
        team=team, group_id=number, spend_cents=cents, **given
    )
    for name, spent in people.items():
        email = "" if name == "nobody" else f"{name}@x.org"
        made.memberships.create(
            user_id=name, email=email, spend_cents=spent, synced_at=START
        )


def test_who_changed_groups_is_added_up(team: Team) -> None:
    group(team, "g1", 30, ada=10, bob=20)
    group(team, "g2", 5, ada=5, eve=None)
    group(team, "", 9, nobody=2)
    found = group_gauge(team, CYCLE)
    assert found and found.whole == 44
    assert found.people == {"ada@x.org": Decimal(15), "bob@x.org": Decimal(20)}


def test_without_groups_of_the_cycle_nothing_is_said(team: Team) -> None:
    group(factories.team("other"), "g1", 30)
    assert group_gauge(team, CYCLE) is None
    group(team, "g1", 30)
    assert group_gauge(team, CYCLE.before()) is None


def test_groups_without_spend_say_nothing(team: Team) -> None:
    group(team, "g1", None, ada=None)
    assert group_gauge(team, CYCLE) is None
