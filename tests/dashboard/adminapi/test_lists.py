"""Blocklists, the audit log and billing groups, as documented and as met."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from dashboard.adminapi import auditlog, errors
from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import Http
from dashboard.adminapi.notes import Notes
from tests.vendor import Vendor

Json = dict[str, Any]
DAY_MS = auditlog.DAY_MS
Asked = dict[str, int]
READS: list[Callable[[AdminApi], object]] = [
    lambda api: api.blocklists(Notes()),
    lambda api: api.billing_groups(Notes()),
    lambda api: api.audit_log(0, 1, Notes()),
]


def client(answer: Callable[[str, Json], Json | int]) -> AdminApi:
    """An API that is one function: path and query in, JSON or a status out."""

    def handle(request: httpx.Request) -> httpx.Response:
        parts = urlsplit(str(request.url))
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        given = answer(parts.path, asked)
        if isinstance(given, int):
            return httpx.Response(given, json={"error": "x", "message": "x"})
        return httpx.Response(200, content=msgspec.json.encode(given))

    transport = httpx.MockTransport(handle)
    return AdminApi(Http("https://api.example.org", "k", transport, lambda _: None))


def an_event(number: int, **changes: object) -> Json:
    return {
        "event_id": f"e{number}",
        "timestamp": f"2026-11-01T00:00:{number % 60:02}.500Z",
        "user_email": "Ada@Example.com ",
        "event_type": "login",
        "event_data": {},
        **changes,
    }


def log_page(asked: Json, rows: list[Any], total: int | None = None) -> Json:
    page, size = int(asked["page"]), int(asked["pageSize"])
    return {
        "events": rows[(page - 1) * size : page * size],
        "pagination": {
            "totalCount": len(rows) if total is None else total,
            "hasNextPage": page * size < len(rows),
        },
    }


def test_the_audit_log_is_read_in_pages_of_five_hundred() -> None:
    rows, asked = [an_event(n) for n in range(1200)], []

    def answer(path: str, query: Json) -> Json:
        asked.append(query)
        return log_page(query, rows)

    read = client(answer).audit_log(0, 5 * DAY_MS, Notes())
    assert [event.event_id for event in read] == [f"e{n}" for n in range(1200)]
    assert [query["page"] for query in asked] == ["1", "2", "3"]
    first = {"startTime": "0", "endTime": str(5 * DAY_MS), "pageSize": "500"}
    assert asked[0] == first | {"page": "1"}


def test_the_audit_log_is_asked_in_slices_and_a_refused_one_is_halved() -> None:
    spans: list[tuple[int, int]] = []

    def answer(path: str, query: Json) -> Json | int:
        start, end = int(query["startTime"]), int(query["endTime"])
        if end - start > 8 * DAY_MS:
            return 400
        spans.append((start, end))
        return log_page(query, [])

    client(answer).audit_log(0, 40 * DAY_MS - 1, Notes())
    assert spans[0][0] == 0
    assert spans[-1][1] == 40 * DAY_MS - 1
    assert all(b[0] == a[1] + 1 for a, b in zip(spans, spans[1:], strict=False))


def test_a_log_that_is_refused_whatever_is_asked_is_an_error() -> None:
    with pytest.raises(errors.RequestRefused):
        client(lambda path, query: 400).audit_log(0, 30 * DAY_MS, Notes())


def test_an_event_that_arrives_meanwhile_starts_the_reading_again() -> None:
    rows, pages = [an_event(n) for n in range(600)], []

    def answer(path: str, query: Json) -> Json:
        pages.append(query["page"])
        return log_page(query, rows, total=601 if len(pages) == 1 else 600)

    assert len(client(answer).audit_log(0, 1, Notes())) == 600
    assert pages == ["1", "2", "1", "2"]


def test_a_page_of_the_log_that_comes_twice_starts_the_reading_again() -> None:
    rows, pages = [an_event(n) for n in range(1200)], []

    def answer(path: str, query: Json) -> Json:
        pages.append(query["page"])
        return log_page(query | {"page": "1"} if len(pages) == 2 else query, rows)

    assert len(client(answer).audit_log(0, 1, Notes())) == 1200
    assert pages == ["1", "2", "1", "2", "3"]


def test_a_count_that_never_agrees_is_an_error_and_not_a_gap() -> None:
    api = client(lambda path, query: log_page(query, [an_event(1)], total=2))
    with pytest.raises(errors.PagesMoved):
        api.audit_log(0, 1, Notes())


def test_the_older_name_of_the_list_is_read_and_ends_at_a_short_page() -> None:
    api = client(lambda path, query: {"auditLogs": [an_event(1)]})
    assert [event.event_id for event in api.audit_log(0, 1, Notes())] == ["e1"]


def test_an_unknown_type_is_kept_with_all_that_it_says() -> None:
    said = {"cents": Decimal("1.5"), "who": ["a\0b"], "new": None}
    row = an_event(1, event_type="something_new", event_data=said)
    record = auditlog.AuditRecord.read(row)
    assert (record.type, record.email) == ("something_new", "ada@example.com")
    assert record.data == {"cents": 1.5, "who": ["ab"], "new": None}
    assert record.at_ms % 1000 == 500


def test_a_row_without_an_id_gets_the_same_one_each_time() -> None:
    row = an_event(1, event_id=None)
    first, second = (auditlog.AuditRecord.read(row) for _ in range(2))
    assert first.event_id == second.event_id != ""
    other = auditlog.AuditRecord.read(an_event(2, event_id=None))
    assert other.event_id != first.event_id


def test_an_event_without_a_time_is_handed_back_unread() -> None:
    rows: list[Any] = [an_event(1, timestamp="soon"), an_event(2), "an event", None]
    notes = Notes()
    api = client(lambda path, query: log_page(query, rows))
    assert [event.event_id for event in api.audit_log(0, 1, notes)] == ["e2"]
    reasons = sorted(bad.reason for bad in notes.bad.values())
    assert reasons[0] == "A row has no readable “timestamp”."
    assert reasons[1:] == ["The row is not an object."] * 2
    assert notes.rows == 4


def test_a_blocklist_without_ids_or_patterns_is_read() -> None:
    repos = [{"url": "https://x.org/a"}, {"id": 7, "url": "b", "patterns": ["*", 1]}]
    first, second = client(lambda path, query: {"repos": repos}).blocklists(Notes())
    assert (first.remote_id, first.patterns) == ("https://x.org/a", ())
    assert (second.remote_id, second.patterns) == ("7", ("*",))


def test_a_list_of_another_shape_is_unreadable() -> None:
    api = client(lambda path, query: {"message": "hello"})
    for read in READS:
        with pytest.raises(errors.Unreadable):
            read(api)


CYCLE = {"cycleStart": "2026-11-12T12:08:04.000Z", "cycleEnd": "2026-12-12T12:08:04Z"}


def test_groups_tell_who_is_there_who_left_and_who_is_in_none() -> None:
    group = {
        "id": "group_1",
        "name": "Platform",
        "memberCount": 1,
        "spendCents": Decimal("12.5"),
        "dailySpend": [{"date": "2026-11-13", "spendCents": Decimal("7.25")}, 3],
        "currentMembers": [{"userId": "user_1", "email": "Ada@x.org"}],
        "formerMembers": [
            {"email": "bob@x.org", "leftAt": "2026-11-20T00:00:00Z", "spendCents": 2}
        ],
    }
    body = {"groups": [group], "unassignedGroup": {}, "billingCycle": CYCLE}
    report = client(lambda path, query: body).billing_groups(Notes())
    platform, outside = report.groups
    assert outside.group_id == "" and outside.members == ()
    (day,) = platform.days
    assert (day.day, day.cents) == (date(2026, 11, 13), Decimal("7.25"))
    ada, bob = platform.members
    assert (ada.user_id, ada.email, ada.left_ms) == ("user_1", "ada@x.org", None)
    assert (bob.user_id, bob.spend_cents) == ("bob@x.org", Decimal(2))
    assert report.cycle_end_ms == 1_797_077_284_000
    assert report.has_spend


def test_groups_without_a_cycle_cannot_be_placed() -> None:
    with pytest.raises(errors.Unreadable, match="billingCycle"):
        client(lambda path, query: {"groups": []}).billing_groups(Notes())


def test_a_past_cycle_is_asked_for_by_a_day() -> None:
    asked: list[Json] = []

    def answer(path: str, query: Json) -> Json:
        asked.append(query)
        return {"groups": [], "billingCycle": {"cycleStart": "2026-10-12"}}

    report = client(answer).billing_groups(Notes(), date(2026, 10, 15))
    assert asked == [{"billingCycle": "2026-10-15"}]
    assert (report.cycle_end_ms, report.has_spend) == (None, False)


def test_the_days_of_a_groups_members_are_read() -> None:
    days = [{"date": "2026-11-13", "spendCents": 5}, {"date": "soon", "spendCents": 1}]
    group = {
        "currentMembers": [{"userId": "user_1", "dailySpend": days}, {"name": "who?"}],
        "formerMembers": [{"email": "Bob@x.org", "dailySpend": days[:1]}],
    }
    asked: list[str] = []

    def answer(path: str, query: Json) -> Json:
        asked.append(f"{path} {query}")
        return {"group": group}

    notes = Notes()
    ada, bob = client(answer).billing_group_days(notes, "group/1", date(2026, 11, 13))
    assert asked == ["/teams/groups/group%2F1 {'billingCycle': '2026-11-13'}"]
    assert (ada.user_id, [day.cents for day in ada.days]) == ("user_1", [Decimal(5)])
    assert bob.user_id == "bob@x.org"
    assert len(notes.bad) == 1


def test_an_address_too_long_to_be_kept_whole_is_not_cut() -> None:
    long = "https://x.org/" + "a" * 1980
    repos = [{"url": long}, {"url": long + "b" * 10}, {"patterns": []}, "repo"]
    notes = Notes()
    (repo,) = client(lambda path, query: {"repos": repos}).blocklists(notes)
    assert repo.url == long
    assert len(repo.remote_id) <= 200
    assert len(notes.bad) == 3


def test_the_simulator_is_read(vendor: Vendor, api: AdminApi, now: datetime) -> None:
    end = int(now.timestamp() * 1000)
    assert all(repo.patterns for repo in api.blocklists(Notes()))
    events = api.audit_log(end - 10 * DAY_MS, end, Notes())
    assert {event.type for event in events} >= {"login"}
    report = api.billing_groups(Notes())
    assert report.has_spend
    start = datetime.fromtimestamp(report.cycle_start_ms / 1000, UTC)
    before = api.billing_groups(Notes(), start.date().replace(day=1))
    assert before.cycle_end_ms == report.cycle_start_ms


@pytest.mark.parametrize(
    ("status", "error"), [(403, errors.KeyMayNot), (404, errors.NotThere)]
)
def test_what_a_key_may_not_read_is_told_apart(
    vendor: Vendor, api: AdminApi, status: int, error: type[Exception]
) -> None:
    for endpoint in ("audit", "groups", "blocklists"):
        vendor.fault(endpoint, str(status))
    for read in READS:
        with pytest.raises(error):
            read(api)
