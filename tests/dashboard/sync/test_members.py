"""Who is a member since when, until when, and how we know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import grouping
from dashboard.adminapi.auditlog import AuditRecord
from dashboard.adminapi.groups import GroupMemberRecord, GroupRecord, GroupsReport
from dashboard.adminapi.records import MemberRecord
from dashboard.grouping import Facts
from dashboard.models import DayGroup, Member, Membership, Stream
from dashboard.sync.audit import save_audit
from dashboard.sync.groups import save_groups
from dashboard.sync.members import SuspiciousAnswer, save_members
from tests import factories
from tests.dashboard.sync.conftest import Sync
from tests.factories import DAY
from tests.vendor import Vendor
from tokens.models import Attention, Change, Team

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ALICE = MemberRecord("alice@example.com", "Alice", "owner", "user_1", False)
BOB = MemberRecord("bob@example.com", "Bob", "member", "user_2", False)


def test_who_is_missing_twice_has_left_since_the_first_time(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_members(team, [ALICE], NOW + HOUR)
    assert Member.objects.present().count() == 2
    save_members(team, [ALICE], NOW + 2 * HOUR)
    assert Member.objects.departed().get().left_at == NOW + HOUR


def test_who_is_missing_once_is_still_there(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_members(team, [ALICE], NOW + HOUR)
    save_members(team, [ALICE, BOB], NOW + 2 * HOUR)
    save_members(team, [ALICE], NOW + 3 * HOUR)
    assert Member.objects.present().count() == 2


def test_who_is_marked_as_removed_has_left_and_may_come_back(team: Team) -> None:
    save_members(team, [ALICE, replace(BOB, is_removed=True)], NOW)
    assert Member.objects.departed().get().email == BOB.email
    save_members(team, [ALICE, BOB], NOW + HOUR)
    assert not Member.objects.departed().exists()


def test_the_same_list_again_writes_nothing(team: Team) -> None:
    assert save_members(team, [ALICE, BOB], NOW).inserted == 2
    assert save_members(team, [ALICE, BOB], NOW + HOUR).written == 0


def test_an_empty_list_is_not_believed(team: Team) -> None:
    save_members(team, [ALICE], NOW)
    with pytest.raises(SuspiciousAnswer, match="known members are kept"):
        save_members(team, [], NOW + HOUR)


def test_an_empty_list_from_the_vendor_is_shown_and_removes_nobody(
    sync: Sync, vendor: Vendor, team: Team
) -> None:
    sync(Stream.MEMBERS)
    known = Member.objects.present().count()
    vendor.fault("members", "empty_members", times=None)
    outcome = sync(Stream.MEMBERS)
    assert "lists no member" in outcome.error
    assert Member.objects.present().count() == known > 0
    assert Attention.objects.get(team=team, cleared_at=None).subject == "members"
    vendor.heal()
    assert not sync(Stream.MEMBERS).error
    assert not Attention.objects.filter(cleared_at=None).exists()


NAMELESS = MemberRecord("", "", "member", "user_3", False)


def test_a_member_without_an_email_is_known_by_the_vendors_id(team: Team) -> None:
    assert save_members(team, [ALICE, NAMELESS], NOW).inserted == 2
    member = Member.objects.get(external_id="user_3")
    assert (member.email, member.has_email) == ("user_3", False)
    assert spans_of(team, "user_3") == [(NOW, None)]
    assert save_members(team, [ALICE, NAMELESS], NOW + HOUR).written == 0


def test_an_email_that_is_blanked_later_does_not_make_another_person(
    team: Team,
) -> None:
    save_members(team, [ALICE, BOB], NOW)
    blank = replace(BOB, email="", name="")
    assert save_members(team, [ALICE, blank], NOW + HOUR).written == 0
    assert Member.objects.get(email=BOB.email).name == "Bob"


def test_an_email_that_is_told_later_stays_with_the_same_person(team: Team) -> None:
    save_members(team, [ALICE, NAMELESS], NOW)
    told = replace(NAMELESS, email="carol@example.com")
    save_members(team, [ALICE, told], NOW + HOUR)
    assert Member.objects.count() == 2
    assert spans_of(team, told.email) == [(NOW, None)]


def test_an_email_that_is_told_later_stays_in_the_groups_of_the_id(team: Team) -> None:
    save_members(team, [ALICE, NAMELESS], NOW)
    day, carol = NOW.date(), "carol@example.com"
    factories.rollup(team, day, "10", email=carol)
    web, mobile = (grouping.create(team, Facts(name), "me") for name in ("Web", "App"))
    grouping.add(web, "user_3", day, day, "me")
    left_behind = grouping.add(mobile, "user_3", day + DAY, None, "me")
    grouping.add(web, carol, day + 9 * DAY, None, "me")
    save_members(team, [ALICE, replace(NAMELESS, email=carol)], NOW + HOUR)
    assert web.members.filter(email=carol).count() == 2
    assert DayGroup.objects.get(group=web).charged_cents == 10
    left_behind.refresh_from_db()
    assert left_behind.email == "user_3"
    assert Change.objects.get(action="group.email").subject == carol


def test_nobody_is_missed_in_a_list_that_could_not_be_read_whole(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    for hour in (1, 2, 3):
        save_members(team, [ALICE], NOW + hour * HOUR, is_whole=False)
    assert Member.objects.present().count() == 2


Spans = list[tuple[datetime, datetime | None]]


def spans_of(team: Team, email: str = BOB.email) -> Spans:
    mine = Membership.objects.filter(team=team, email=email).order_by("valid_from")
    return list(mine.values_list("valid_from", "valid_to"))


def removed(at: datetime, kind: str = "remove_user", **about: str) -> AuditRecord:
    data = about or {"user_email": "Bob@example.com"}
    ms = int(at.timestamp() * 1000)
    return AuditRecord(f"{kind}-{ms}", ms, ALICE.email, kind, "", data)


def test_who_comes_back_gets_another_span(team: Team) -> None:
    for hour, listed in enumerate([[ALICE, BOB], [ALICE], [ALICE], [ALICE, BOB]]):
        save_members(team, listed, NOW + hour * HOUR)
    assert spans_of(team) == [(NOW, NOW + HOUR), (NOW + 3 * HOUR, None)]
    assert spans_of(team, ALICE.email) == [(NOW, None)]


def test_a_mark_of_removal_ends_the_span_at_once(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_members(team, [ALICE, replace(BOB, is_removed=True)], NOW + HOUR)
    assert spans_of(team) == [(NOW, NOW + HOUR)]


def test_a_member_from_before_there_were_spans_gets_a_whole_one(team: Team) -> None:
    save_members(team, [ALICE], NOW)
    Membership.objects.all().delete()
    save_members(team, [replace(ALICE, name="Al")], NOW + HOUR)
    assert spans_of(team, ALICE.email) == [(NOW, None)]


@pytest.mark.parametrize("about", [{}, {"user_id": "user_2"}])
def test_the_audit_log_dates_a_departure_at_the_first_absence(
    team: Team, about: dict[str, str]
) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_audit(team, [removed(NOW + MINUTE, **about)], NOW + HOUR)
    assert spans_of(team) == [(NOW, None)]  # still listed, for all we know
    save_members(team, [ALICE], NOW + HOUR)
    assert spans_of(team) == [(NOW, NOW + MINUTE)]
    assert Member.objects.departed().get().left_at == NOW + MINUTE
    assert Membership.objects.get(email=BOB.email).source == Membership.Source.AUDIT


def test_the_audit_log_dates_a_departure_that_the_list_had_guessed(team: Team) -> None:
    for hour, listed in enumerate([[ALICE, BOB], [ALICE], [ALICE]]):
        save_members(team, listed, NOW + hour * HOUR)
    save_audit(team, [removed(NOW + MINUTE)], NOW + 3 * HOUR)
    assert spans_of(team) == [(NOW, NOW + MINUTE)]


def test_a_removal_that_was_undone_dates_nothing(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    log = [removed(NOW + MINUTE), removed(NOW + 2 * MINUTE, "add_user")]
    save_audit(team, log, NOW + HOUR)
    save_members(team, [ALICE], NOW + HOUR)
    assert spans_of(team) == [(NOW, None)]


def test_the_removal_of_somebody_else_dates_nothing(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_audit(team, [removed(NOW + MINUTE, user_email=ALICE.email)], NOW + HOUR)
    save_members(team, [ALICE], NOW + HOUR)
    assert spans_of(team) == [(NOW, None)]


def in_a_group(left: datetime) -> GroupsReport:
    start, left_ms = (int(at.timestamp() * 1000) for at in (NOW, left))
    bob = GroupMemberRecord("user_2", BOB.email, "Bob", start, left_ms, None)
    group = GroupRecord("group_1", "Platform", "BILLING", "", 0, None, (bob,))
    return GroupsReport(start, None, (group,))


def test_a_billing_group_dates_a_departure(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_members(team, [ALICE], NOW + HOUR)
    save_groups(team, [in_a_group(NOW + MINUTE)], NOW + HOUR)
    assert spans_of(team) == [(NOW, NOW + MINUTE)]


def test_who_changed_groups_long_before_did_not_leave_then(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_groups(team, [in_a_group(NOW + HOUR)], NOW + HOUR)
    later = NOW + timedelta(days=9)
    for hour in range(2):
        save_members(team, [ALICE], later + hour * HOUR)
    assert spans_of(team) == [(NOW, later)]


def test_a_dated_departure_and_the_same_list_again_write_nothing(team: Team) -> None:
    save_members(team, [ALICE, BOB], NOW)
    save_audit(team, [removed(NOW + MINUTE)], NOW + HOUR)
    save_members(team, [ALICE], NOW + HOUR)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        save_members(team, [ALICE], NOW + 2 * HOUR)
        save_audit(team, [removed(NOW + MINUTE)], NOW + 2 * HOUR)
    assert not [q for q in queries if q["sql"].startswith(("INSERT", "UPDATE"))]


class Model:
    """A person as a simple machine: what the spans must be."""

    def __init__(self) -> None:
        self.spans: list[list[datetime | None]] = []
        self.missing: datetime | None = None

    def see(self, sign: str, now: datetime) -> None:
        is_open = bool(self.spans) and self.spans[-1][1] is None
        if sign == "here":
            self.missing = None
            if not is_open:
                self.spans.append([now, None])
        elif is_open and sign == "removed":
            self.spans[-1][1], self.missing = now, None
        elif is_open and self.missing:
            self.spans[-1][1], self.missing = self.missing, None
        elif is_open:
            self.missing = now


SIGNS = st.sampled_from(["here", "here", "absent", "removed"])
LISTS = st.lists(st.tuples(SIGNS, SIGNS, SIGNS), max_size=12)
PEOPLE = [f"person{n}@example.com" for n in range(3)]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=60,
    deadline=None,
)
@given(LISTS)
def test_any_lists_give_the_spans_of_a_simple_model(
    team: Team, lists: list[tuple[str, str, str]]
) -> None:
    with transaction.atomic():
        models = {email: Model() for email in PEOPLE}
        for hour, signs in enumerate(lists):
            now = NOW + hour * HOUR
            listed = [
                MemberRecord(email, "", "", "", sign == "removed")
                for email, sign in zip(PEOPLE, signs, strict=True)
                if sign != "absent"
            ]
            # Somebody is always there, or nobody would be believed to be.
            save_members(team, [ALICE, *listed], now)
            for email, sign in zip(PEOPLE, signs, strict=True):
                models[email].see(sign, now)
        for email, model in models.items():
            spans = spans_of(team, email)
            assert spans == [tuple(span) for span in model.spans]
            ends = [at for span in spans for at in span if at]
            assert ends == sorted(ends)
        transaction.set_rollback(True)


def test_the_simulator_tells_when_its_people_left(
    sync: Sync, vendor: Vendor, team: Team
) -> None:
    sync(Stream.MEMBERS)
    member = Member.objects.present().last()
    assert member is not None
    vendor.fault("members", "absent_members", times=None, emails=[member.email])
    for _ in range(2):
        sync(Stream.MEMBERS)
    span = Membership.objects.get(email=member.email)
    member.refresh_from_db()
    assert span.valid_to == member.left_at is not None
