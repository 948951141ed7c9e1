"""Connecting a team, against the running simulator."""

import logging

import pytest
from django.test import Client

from dashboard.models import Capability, Stream
from tests import factories
from tests.dashboard.conftest import signed_in
from tests.servers import free_port
from tests.vendor import KEY, Vendor
from tokens.models import Change, Team

CONNECT, REPLACE = "/dashboard/connect/", "/dashboard/sync/key/"
WRONG = "crsr_0000000000000000"
pytestmark = pytest.mark.usefixtures("team")


@pytest.fixture
def given(vendor: Vendor) -> dict[str, str]:
    return {
        "key": vendor.key,
        "name": "Rocket Works",
        "time_zone": "Europe/Berlin",
        "admin_api_url": vendor.url,
    }


def connected(root: Client, given: dict[str, str], **changes: str) -> str:
    answer = root.post(CONNECT, given | changes, follow=True)
    return answer.content.decode()


def refused(root: Client, given: dict[str, str], **changes: str) -> str:
    before = Team.objects.count()
    answer = root.post(CONNECT, given | changes)
    assert answer.status_code == 400
    assert Team.objects.count() == before
    html = answer.content.decode()
    assert (given | changes)["key"] not in html
    return html


def error_of(html: str, field: str) -> str:
    mark = f'id="error_id_{field}">'
    assert mark in html, f"no error at {field}"
    return html.partition(mark)[2].partition("<")[0]


def test_the_page_says_how_to_make_a_key(root: Client) -> None:
    html = root.get(CONNECT).content.decode()
    assert "Create New API Key" in html
    assert "Integrations page does not work" in html
    assert 'value="https://api.cursor.com"' in html


def test_a_good_key_makes_a_team_and_shows_what_it_reads(
    root: Client, given: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    html = connected(root, given)
    team = Team.objects.get(slug="rocket-works")
    assert (team.name, team.time_zone) == ("Rocket Works", "Europe/Berlin")
    assert team.sync_key.reveal() == KEY
    assert "Rocket Works is connected" in html
    assert "Start the first sync" in html
    assert Capability.objects.get(team=team, stream=Stream.EVENTS).state == "ok"
    change = Change.objects.get()
    assert (change.actor, change.action) == ("root@example.com", "team.connect")
    assert KEY not in html + caplog.text + str(change.after)


def test_an_address_that_redirects_is_named_at_its_field(
    root: Client, given: dict[str, str], vendor: Vendor
) -> None:
    vendor.fault("admin", "redirect", times=None)
    html = refused(root, given)
    assert "it redirects to https://login.example.org" in error_of(
        html, "admin_api_url"
    )


def test_what_it_may_not_read_is_said_in_words(
    root: Client, given: dict[str, str], vendor: Vendor
) -> None:
    vendor.fault("groups", "403")
    html = connected(root, given)
    assert "Billing groups: not with this key" in html


def test_a_wrong_key_is_an_error_of_the_key(
    root: Client, given: dict[str, str]
) -> None:
    html = refused(root, given, key=WRONG)
    assert "key" in error_of(html, "key")


@pytest.mark.parametrize(
    ("fault", "words"),
    [("personal_key", "looks like a personal key"), ("revoked_key", "was revoked")],
)
def test_it_says_which_kind_of_wrong_a_key_is(
    root: Client, given: dict[str, str], vendor: Vendor, fault: str, words: str
) -> None:
    vendor.fault("admin", fault, times=None)
    assert words in error_of(refused(root, given), "key")


def test_trouble_on_the_way_blames_no_field(
    root: Client, given: dict[str, str], vendor: Vendor
) -> None:
    vendor.fault("admin", "500", times=None)
    html = refused(root, given)
    assert "has trouble (status 500)" in html
    assert "error_id_" not in html


def test_an_address_without_the_api_is_an_error_of_the_address(
    root: Client, given: dict[str, str], vendor: Vendor
) -> None:
    html = refused(root, given, admin_api_url=f"http://127.0.0.1:{free_port()}")
    assert "cannot be reached" in error_of(html, "admin_api_url")
    html = refused(root, given, admin_api_url=f"{vendor.url}/elsewhere")
    assert "is not the Admin API" in error_of(html, "admin_api_url")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", ""),
        ("key", "two words"),
        ("key", "ключ"),
        ("key", "x" * 501),
        ("name", ""),
        ("slug", "with space"),
        ("slug", "acme"),
        ("time_zone", "Mars/Base"),
        ("time_zone", "../../etc/passwd"),
        ("admin_api_url", "ftp://example.com"),
        ("admin_api_url", "https://user:pw@example.com"),
        ("admin_api_url", "nonsense"),
        ("admin_api_url", "https://" + "ü" * 60 + ".com"),
    ],
)
def test_bad_input_names_its_field_and_asks_nobody(
    root: Client, field: str, value: str
) -> None:
    good = {"key": WRONG, "name": "X1", "time_zone": "UTC", "slug": "x1"}
    url = {"admin_api_url": "https://api.example.com"}
    answer = root.post(CONNECT, good | url | {field: value})
    assert answer.status_code == 400
    assert error_of(answer.content.decode(), field)


def test_a_key_connects_one_team_only(
    root: Client, given: dict[str, str], team: Team
) -> None:
    team.sync_key = KEY
    team.save()
    html = refused(root, given)
    assert error_of(html, "key") == "“Acme” is connected with this key already."


def test_names_are_shown_harmlessly(root: Client, given: dict[str, str]) -> None:
    html = connected(root, given, name="<script>alert(1)</script>", slug="nasty")
    assert "is connected" in html
    assert "<script>alert" not in html


def test_it_is_for_admins_of_the_site(alice: Client, given: dict[str, str]) -> None:
    assert alice.get(CONNECT).status_code == 403
    assert alice.post(CONNECT, given).status_code == 403
    assert "Connect a team" not in alice.get("/dashboard/").content.decode()


def test_a_key_is_replaced_once_it_was_tried(
    alice: Client, team: Team, vendor: Vendor
) -> None:
    Team.objects.update(admin_api_url=vendor.url)
    bad = alice.post(REPLACE, {"key": WRONG})
    assert bad.status_code == 400
    assert WRONG not in bad.content.decode()
    assert not Team.objects.get().sync_key
    answer = alice.post(REPLACE, {"key": KEY}, follow=True)
    assert "The key has been replaced." in answer.content.decode()
    assert Team.objects.get().sync_key.reveal() == KEY
    assert Change.objects.get().action == "team.sync_key"
    again = alice.post(REPLACE, {"key": KEY}).content.decode()
    assert error_of(again, "key") == "This is the key that is stored already."


def test_a_key_is_replaced_by_admins_and_never_the_demos(
    alice: Client, team: Team
) -> None:
    factories.user("ann@example.com", team, "analyst")
    assert signed_in("ann@example.com").get(REPLACE).status_code == 403
    Team.objects.update(is_demo=True)
    assert alice.get(REPLACE).status_code == 403
