import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.models import QuarantinedRow, Stream
from dashboard.sync.capability import note_clock
from tests import factories
from tests.dashboard.conftest import World, signed_in
from tests.factories import DAY
from tokens.models import Team

URL, STREAMS = "/dashboard/sync/", "/dashboard/sync/streams/"
DOWNLOAD = "/dashboard/sync/quarantine/events.jsonl"
NASTY = "<script>alert(1)</script>"


def now() -> datetime:
    return datetime.now(UTC)


def synced(**changes: Any) -> dict[str, Any]:
    """Of a stream that was synced four minutes ago, whenever the test runs."""
    at = now()
    return {
        "due_at": at + timedelta(hours=1),
        "started_at": at - timedelta(minutes=5),
        "finished_at": at - timedelta(minutes=4),
        "succeeded_at": at - timedelta(minutes=4),
    } | changes


@pytest.fixture
def keyed(world: World) -> Team:
    world.team.sync_key = "key_0123456789"
    world.team.save()
    return world.team


def page(client: Client, query: str = "") -> str:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return answer.content.decode()


def row(html: str, stream: Stream) -> str:
    """The text of a stream's line in the table of streams."""
    table = html[html.index("stream-table") :]
    rows = re.findall(r"<tr id=.*?</tr>", table, re.DOTALL)
    found = next(r for r in rows if f">{stream.label}</th>" in r)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_each_stream_says_how_it_stands(alice: Client, keyed: Team) -> None:
    factories.sync_state(keyed, Stream.MEMBERS, **synced())
    failed = synced(last_error="The Admin API refuses the key.")
    factories.sync_state(keyed, Stream.SPEND, **failed)
    running = synced(leased_until=now() + DAY)
    factories.sync_state(
        keyed, Stream.EVENTS, **running, windows_done=3, windows_total=13
    )
    html = page(alice)
    assert re.search(r"Done Last success \d min ago Next", row(html, Stream.MEMBERS))
    assert "Failed The Admin API refuses the key." in row(html, Stream.SPEND)
    assert "Running 3 of 13 parts" in row(html, Stream.EVENTS)
    assert "Waiting for a worker" in row(html, Stream.DAILY)


def test_what_the_key_may_not_read_is_a_sentence(alice: Client, keyed: Team) -> None:
    factories.capability(keyed, Stream.AUDIT, "refused", "Only on Enterprise.")
    factories.capability(keyed, Stream.GROUPS, "gone")
    html = page(alice)
    assert "Not available with this key Only on Enterprise." in row(html, Stream.AUDIT)
    assert "Not there for this account." in row(html, Stream.GROUPS)
    assert "Audit log: a row for each weekday" not in html


def test_a_stream_that_was_read_since_is_not_refused(
    alice: Client, keyed: Team
) -> None:
    later = synced(succeeded_at=now() + DAY)
    factories.capability(keyed, Stream.SPEND, "refused")
    factories.sync_state(keyed, Stream.SPEND, **later)
    assert "Done" in row(page(alice), Stream.SPEND)


def test_the_table_follows_a_running_sync_and_then_loads_the_page(
    alice: Client, keyed: Team
) -> None:
    assert f'data-hx-get="{STREAMS}"' in page(alice)
    assert "HX-Refresh" not in alice.get(STREAMS)
    for stream in Stream:
        factories.sync_state(keyed, stream, **synced())
    assert "data-hx-get" not in page(alice)
    assert alice.get(STREAMS)["HX-Refresh"] == "true"


def test_a_team_without_a_key_is_told_so(alice: Client, team: Team) -> None:
    html = page(alice)
    assert "has no Admin API key yet" in html
    assert "data-hx-get" not in html


def test_each_day_says_what_it_is(alice: Client, keyed: Team) -> None:
    day = datetime(now().year, now().month, now().day, tzinfo=UTC) - 70 * DAY
    factories.window(keyed, day, day + DAY, "failed", last_error=NASTY)
    html = page(alice)
    assert "Usage events: a row for each weekday" in html
    assert ": complete, 0 rows in a window of 70 days" in html
    assert "older than asked for" in html
    assert NASTY not in html


def test_runs_say_what_they_did_and_why_they_failed(alice: Client, keyed: Team) -> None:
    factories.run(keyed, Stream.EVENTS, now(), read=1234, updated=7, error=NASTY)
    html = page(alice)
    assert "1,234" in html
    assert "On schedule" in html
    assert "3.0 s" in html
    assert NASTY not in html


def test_fifty_runs_are_a_page(alice: Client, keyed: Team) -> None:
    for number in range(51):
        factories.run(keyed, Stream.SPEND, now() - timedelta(hours=number))
    assert "Runs 1 to 50 of 51" in page(alice)
    assert "Runs 51 to 51 of 51" in page(alice, "?page=2")


@pytest.mark.parametrize("number", ["0", "2", "x", "", "9" * 5000])
def test_a_page_that_is_not_there_names_the_field(
    alice: Client, world: World, number: str
) -> None:
    answer = alice.get(URL, {"page": number})
    assert answer.status_code == 400
    assert "Page must be the number of a page." in answer.content.decode()


def test_rows_that_could_not_be_read_are_downloaded_line_by_line(
    alice: Client, keyed: Team
) -> None:
    raw = f'{{"model": "{NASTY}",\n "timestamp": "soon"}}'
    factories.quarantined(keyed, Stream.EVENTS, raw, NASTY)
    factories.quarantined(keyed, Stream.EVENTS, "½ a ro", "It ends early.")
    assert NASTY not in page(alice)
    answer = alice.get(DOWNLOAD)
    rows = [json.loads(line) for line in answer.content.decode().splitlines()]
    assert {found["raw"] for found in rows} == {raw, "½ a ro"}
    assert answer["Content-Type"] == "application/x-ndjson"
    expected = 'attachment; filename="quarantine-acme-events.jsonl"'
    assert answer["Content-Disposition"] == expected
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_another_teams_rows_are_not_in_the_file(root: Client, keyed: Team) -> None:
    factories.quarantined(keyed, Stream.EVENTS, "ours", "No.")
    factories.quarantined(factories.team("other"), Stream.EVENTS, "theirs", "No.")
    assert QuarantinedRow.objects.count() == 2
    assert b"theirs" not in root.get(f"{DOWNLOAD}?team=acme").content


def test_an_unknown_stream_has_no_file(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/sync/quarantine/nothing.jsonl")
    assert answer.status_code == 404


def test_a_used_field_that_is_gone_is_an_alarm(alice: Client, keyed: Team) -> None:
    factories.field_seen(
        keyed, Stream.EVENTS, "chargedCents", is_used=True, missing_since=now()
    )
    factories.field_seen(keyed, Stream.EVENTS, NASTY)
    html = page(alice)
    assert "<code>chargedCents</code> no longer comes." in html
    assert NASTY not in html


def test_an_analyst_looks_and_does_not_press(keyed: Team) -> None:
    factories.user("ann@example.com", keyed, "analyst")
    html = page(signed_in("ann@example.com"))
    assert "stream-table" in html
    assert "Sync now" not in html


def test_the_button_leads_back_to_the_page_it_was_pressed_on(
    alice: Client, keyed: Team
) -> None:
    answer = alice.post("/dashboard/sync/now/", {"from": "sync"})
    assert answer["Location"] == URL


def test_its_queries_are_counted(
    alice: Client, keyed: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        factories.run(keyed, Stream.SPEND, now() - timedelta(hours=number))
        factories.quarantined(keyed, Stream.EVENTS, f"{number}", f"{number}")
        factories.field_seen(keyed, Stream.EVENTS, f"{number}")
    page(alice)
    with django_assert_num_queries(15):
        page(alice)
    with django_assert_num_queries(6):
        alice.get(STREAMS)


def test_one_stream_is_asked_for_by_its_own_button(alice: Client, keyed: Team) -> None:
    for stream in Stream:
        factories.sync_state(keyed, stream, **synced())
    assert 'name="stream" value="spend"' in page(alice)
    press = {"from": "sync", "stream": "spend"}
    html = alice.post("/dashboard/sync/now/", press, follow=True).content.decode()
    assert "The sync of “Spend” has been started." in html
    assert "Waiting for a worker" in row(html, Stream.SPEND)
    assert "Done" in row(html, Stream.MEMBERS)
    again = alice.post("/dashboard/sync/now/", press, follow=True)
    assert "“Spend” has been asked for" in again.content.decode()


def test_a_stream_that_is_none_is_named(alice: Client, keyed: Team) -> None:
    answer = alice.post("/dashboard/sync/now/", {"stream": "weather"})
    assert answer.status_code == 400
    assert "Stream must be one of members," in answer.content.decode()


def test_a_failure_of_the_key_leads_to_another_key(alice: Client, keyed: Team) -> None:
    failed = synced(
        last_error="The Admin API does not take this key.", succeeded_at=None
    )
    factories.sync_state(keyed, Stream.SPEND, **failed)
    factories.capability(keyed, Stream.SPEND, "wrong_key")
    assert "Replace the key (Spend)" in row(page(alice), Stream.SPEND)
    factories.user("ann@example.com", keyed, "analyst")
    html = page(signed_in("ann@example.com"))
    assert "Replace the key" not in html


def test_a_wrong_address_leads_to_where_it_is_corrected(
    root: Client, keyed: Team
) -> None:
    said = "This address is not the Admin API: it answers with a web page."
    factories.sync_state(keyed, Stream.MEMBERS, **synced(last_error=said))
    assert f'href="/admin/tokens/team/{keyed.pk}/change/"' in page(root)


def test_the_runs_follow_while_something_runs(alice: Client, keyed: Team) -> None:
    run = factories.run(keyed, Stream.SPEND, now(), finished_at=None, windows_done=3)
    html = alice.get("/dashboard/sync/runs/?page=1").content.decode()
    assert 'data-hx-get="/dashboard/sync/runs/?page=1"' in html
    assert f'id="run-{run.pk}" class="running"' in html
    for stream in Stream:
        factories.sync_state(keyed, stream, **synced())
    html = alice.get("/dashboard/sync/runs/?page=1").content.decode()
    assert "data-hx-get" not in html


def test_a_clock_that_is_wrong_is_told_until_it_is_right(
    alice: Client, keyed: Team
) -> None:
    note_clock(keyed, "This computer's clock is 90 minutes behind the vendor's.")
    assert "90 minutes behind" in page(alice)
    note_clock(keyed, None)
    assert "90 minutes behind" in page(alice)
    note_clock(keyed, "")
    assert "90 minutes behind" not in page(alice)
