from datetime import UTC, date, datetime
from decimal import Decimal

from pytest_django import DjangoAssertNumQueries

from dashboard.models import BillingGroup, GroupDay, GroupMembership
from dashboard.stats.billing_groups import billing_groups
from tests import factories
from tokens.models import Team

START = datetime(2026, 11, 12, 12, 8, tzinfo=UTC)
DAY = date(2026, 11, 13)


def a_group(team: Team, group_id: str, cents: str) -> BillingGroup:
    return BillingGroup.objects.create(
        team=team,
        group_id=group_id,
        name=group_id.title(),
        cycle_start=START,
        spend_cents=Decimal(cents),
        synced_at=START,
    )


def test_groups_tell_their_people_and_days_and_nobodys_comes_last(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a_group(team, "", "1")
    platform = a_group(team, "platform", "7.5")
    a_group(team, "design", "2")
    a_group(factories.team("other"), "platform", "1000")
    for user_id, cents in (("", "7.5"), ("user_1", "7.25")):
        GroupDay.objects.create(
            group=platform,
            user_id=user_id,
            day=DAY,
            spend_cents=Decimal(cents),
            synced_at=START,
        )
    GroupMembership.objects.create(
        group=platform,
        user_id="user_1",
        email="ada@example.com",
        spend_cents=Decimal("7.25"),
        synced_at=START,
    )
    with django_assert_num_queries(3):
        design, found, nobodys = billing_groups(team, START)
    assert (design.name, nobodys.group_id) == ("Design", "")
    assert (found.cents, found.days) == (Decimal("7.5"), {DAY: Decimal("7.5")})
    (ada,) = found.members
    assert (ada.email, ada.days) == ("ada@example.com", {DAY: Decimal("7.25")})


def test_a_cycle_that_was_not_read_has_no_groups(team: Team) -> None:
    assert billing_groups(team, START) == []
