"""Changes of groups keep people in one group at a time, and the sums true."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard import grouping
from dashboard.grouping import Facts
from dashboard.models import (
    DataVersion,
    DayGroup,
    LocalGroup,
    LocalGroupMember,
    MonthGroup,
)
from dashboard.periods import DAY, BadInput
from dashboard.rollups import refresh_months
from dashboard.verifying import differences
from tests import factories
from tokens.models import Change, Team

ADA, EVE = "ada@example.com", "eve@example.com"
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 9)
MIDDLE = date(2026, 3, 5)


def march(day: int) -> date:
    return date(2026, 3, day)


@pytest.fixture
def platform(team: Team) -> LocalGroup:
    for day in range(1, 10):
        factories.rollup(team, march(day), "10")
        factories.rollup(team, march(day), "7", email=EVE)
    factories.rollup(team, date(2026, 4, 30), "7")
    factories.rollup(team, date(2026, 5, 1), "7", email=EVE)
    refresh_months(team)
    return grouping.create(team, Facts("Platform", "CC-1"), "me")


@pytest.fixture
def web(team: Team) -> LocalGroup:
    return grouping.create(team, Facts("Web"), "me")


def sums(team: Team) -> list[tuple[object, ...]]:
    return sorted(
        DayGroup.objects.filter(team=team).values_list(
            "group_id", "day", "charged_cents", "events"
        )
    )


def cents(group: LocalGroup) -> list[tuple[int, int]]:
    rows = DayGroup.objects.filter(group=group).order_by("day")
    return [(d.day, int(c)) for d, c in rows.values_list("day", "charged_cents")]


Deed = Callable[[LocalGroupMember, LocalGroup], object]
DEEDS: list[Deed] = [
    lambda time, web: grouping.change(time, march(3), march(4), "me"),
    lambda time, web: grouping.change(time, FIRST, None, "me"),
    lambda time, web: grouping.move(time, web, MIDDLE, "me"),
    lambda time, web: grouping.move(time, web, march(2), "me"),
    lambda time, web: grouping.remove(time, "me"),
    lambda time, web: grouping.delete(time.group, "me"),
]


@pytest.mark.parametrize("deed", DEEDS)
def test_after_any_change_days_and_months_are_still_right(
    team: Team, platform: LocalGroup, web: LocalGroup, deed: Deed
) -> None:
    grouping.add(platform, EVE, FIRST, None, "me")
    time = grouping.add(platform, ADA, march(2), LAST, "me")
    before, version = sums(team), DataVersion.objects.get().number
    assert MonthGroup.objects.exists()
    deed(time, web)
    found = sums(team)
    assert found != before
    assert DataVersion.objects.get().number > version
    assert not [d for d in differences(team) if d.table.endswith("group")]


def test_somebody_moves_with_the_day_and_keeps_the_end(
    platform: LocalGroup, web: LocalGroup
) -> None:
    time = grouping.add(platform, ADA, FIRST, march(6), "me")
    made = grouping.move(time, web, MIDDLE, "me")
    assert (made.first_day, made.last_day) == (MIDDLE, march(6))
    assert cents(platform) == [(1, 10), (2, 10), (3, 10), (4, 10)]
    assert cents(web) == [(5, 10), (6, 10)]
    change = Change.objects.filter(action="group.move").get()
    assert (change.before or {})["group"] == "Platform"
    assert (change.after or {})["first_day"] == "2026-03-05"


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (MIDDLE, None, "first"),
        (march(9), march(20), "first"),
        (date(2026, 2, 1), MIDDLE, "last"),
        (date(2026, 2, 1), None, "last"),
    ],
)
def test_a_person_is_in_one_group_at_a_time(
    platform: LocalGroup, web: LocalGroup, first: date, last: date | None, field: str
) -> None:
    grouping.add(platform, ADA, march(3), LAST, "me")
    with pytest.raises(BadInput, match=f"{ADA} is in Platform from") as refused:
        grouping.add(web, ADA, first, last, "me")
    assert refused.value.field == field
    assert not web.members.exists()
    assert not Change.objects.filter(action="group.add", after__group="Web").exists()


def test_the_day_after_is_no_overlap(platform: LocalGroup, web: LocalGroup) -> None:
    time = grouping.add(platform, ADA, march(3), MIDDLE, "me")
    grouping.add(web, ADA, march(6), None, "me")
    grouping.change(time, FIRST, MIDDLE, "me")
    with pytest.raises(BadInput) as refused:
        grouping.change(time, FIRST, march(6), "me")
    assert refused.value.field == "last"


def test_a_closed_group_keeps_its_past_and_takes_nobody_new(
    platform: LocalGroup, web: LocalGroup
) -> None:
    grouping.add(platform, ADA, FIRST, MIDDLE, "me")
    now = datetime(2026, 3, 10, tzinfo=UTC)
    grouping.edit(platform, Facts("Platform", is_closed=True), "me", now)
    assert len(cents(platform)) == 5
    with pytest.raises(BadInput, match="closed"):
        grouping.add(platform, EVE, FIRST, None, "me")


@pytest.mark.parametrize("name", ["platform", "ÜRÜN", "Straße", "Plat  form "])
def test_a_name_is_given_once(team: Team, platform: LocalGroup, name: str) -> None:
    for taken in ("Ürün", "STRASSE", "Plat form"):
        grouping.create(team, Facts(taken), "me")
    web = grouping.create(team, Facts("Web"), "me")
    for deed in (
        lambda: grouping.edit(web, Facts(name), "me", datetime.now(UTC)),
        lambda: grouping.create(team, Facts(name), "me"),
    ):
        with pytest.raises(BadInput, match="of this name already") as refused:
            deed()
        assert refused.value.field == "name"


@pytest.mark.parametrize(
    "name",
    [
        "\u200b",
        "\u3164",
        "Web\u200b",
        "We\u202eb",
        " ",
        "TOTAL",
        "in no  Group",
        "未分组",
    ],
)
def test_a_name_that_cannot_be_seen_or_means_another_row_is_refused(
    team: Team, platform: LocalGroup, name: str
) -> None:
    with pytest.raises(BadInput) as refused:
        grouping.create(team, Facts(name), "me")
    assert refused.value.field == "name"
    with pytest.raises(BadInput):
        grouping.edit(platform, Facts(name), "me", datetime.now(UTC))
    assert [group.name for group in LocalGroup.objects.all()] == ["Platform"]


def test_the_log_keeps_who_was_in_a_deleted_group(platform: LocalGroup) -> None:
    grouping.add(platform, ADA, FIRST, None, "me")
    grouping.delete(platform, "boss@example.com")
    change = Change.objects.get(action="group.delete")
    assert (change.actor, change.subject) == ("boss@example.com", "Platform")
    assert (change.before or {})["members"] == [[ADA, "2026-03-01", None]]


def test_a_deleted_group_is_brought_back_as_quickly_with_many_people(
    team: Team, platform: LocalGroup
) -> None:
    queries = []
    for people in (1, 30):
        group = grouping.create(team, Facts(f"With {people}"), "me")
        for number in range(people):
            grouping.add(group, f"{people}.{number}@example.com", FIRST, LAST, "me")
        deleted = grouping.delete(group, "me")
        with CaptureQueriesContext(connection) as asked:
            back = grouping.restore(team, deleted, "me", datetime.now(UTC))
        assert back.members.filter(first_day=FIRST, last_day=LAST).count() == people
        queries.append(len(asked))
    assert queries[0] == queries[1] < 20


def test_a_group_whose_people_are_in_another_one_now_stays_deleted(
    team: Team, platform: LocalGroup, web: LocalGroup
) -> None:
    grouping.add(platform, ADA, FIRST, MIDDLE, "me")
    deleted = grouping.delete(platform, "me")
    time = grouping.add(web, ADA, MIDDLE, None, "me")
    with pytest.raises(BadInput, match="Web") as refused:
        grouping.restore(team, deleted, "me", datetime.now(UTC))
    assert refused.value.field == "last"
    assert not LocalGroup.objects.filter(name="Platform").exists()
    grouping.change(time, MIDDLE + DAY, None, "me")
    back = grouping.restore(team, deleted, "me", datetime.now(UTC))
    assert [time.email for time in back.members.all()] == [ADA]


def test_what_somebody_else_changed_is_not_changed_blindly(
    platform: LocalGroup,
) -> None:
    time = grouping.add(platform, ADA, FIRST, None, "me")
    LocalGroupMember.objects.update(last_day=LAST)
    with pytest.raises(BadInput, match="look again"):
        grouping.change(time, MIDDLE, None, "me")
