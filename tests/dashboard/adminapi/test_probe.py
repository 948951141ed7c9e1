"""What a key can read, told by one request per endpoint."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from dashboard.adminapi.clock import clock_sentence
from dashboard.adminapi.http import Http
from dashboard.adminapi.probe import ENDPOINTS, Found, Probe, probe
from tests.vendor import Vendor

NAMES = [endpoint.name for endpoint in ENDPOINTS]


@pytest.fixture
def http(vendor: Vendor) -> Iterator[Http]:
    client = Http(vendor.url, vendor.key)
    yield client
    client.close()


def states(probe: Probe) -> dict[str, Found]:
    return {finding.endpoint: finding.state for finding in probe.findings}


def sentences(probe: Probe) -> set[str]:
    return {finding.sentence for finding in probe.findings}


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Http:
    return Http("https://api.example.org", "k", httpx.MockTransport(answer))


def test_a_team_key_can_read_everything_with_one_request_each(
    vendor: Vendor, http: Http
) -> None:
    httpx.delete(f"{vendor.url}/_sim/requests")
    found = probe(http)
    assert states(found) == dict.fromkeys(NAMES, Found.OK)
    assert (sentences(found), found.clock) == ({""}, "")
    assert len(vendor.requests()) == len(NAMES)


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        ("403", Found.REFUSED, "The key may not read /teams/audit-logs."),
        ("404", Found.GONE, "no /teams/audit-logs for this account"),
        ("401", Found.WRONG_KEY, "mistyped or was revoked"),
        ("revoked_key", Found.WRONG_KEY, "mistyped or was revoked"),
        ("personal_key", Found.WRONG_KEY, "looks like a personal key"),
        ("429", Found.UNKNOWN, "slow down"),
        ("503", Found.UNKNOWN, "has trouble (status 503)"),
        ("400", Found.UNKNOWN, "refused /teams/audit-logs (status 400)"),
        ("html", Found.UNKNOWN, "not the Admin API: it answers with a web page"),
        ("broken_json", Found.UNKNOWN, "something else than its lists"),
    ],
)
def test_each_trouble_has_its_state_and_sentence(
    vendor: Vendor, http: Http, fault: str, state: Found, words: str
) -> None:
    vendor.fault("audit", fault)
    found = probe(http)
    others = dict.fromkeys(NAMES, Found.OK)
    assert states(found) == others | {"audit": state}
    assert words in " ".join(sentences(found))


def test_an_old_account_lacks_the_newer_endpoints(vendor: Vendor, http: Http) -> None:
    vendor.fault("admin", "seed_shape", times=None)
    found = states(probe(http))
    assert [name for name in NAMES if found[name] is Found.GONE] == ["audit", "groups"]


def test_an_address_without_any_endpoint_is_not_the_api() -> None:
    found = probe(answering(lambda request: httpx.Response(404)))
    assert set(states(found).values()) == {Found.UNKNOWN}
    (sentence,) = sentences(found)
    assert "This address is not the Admin API" in sentence


def test_an_address_that_shows_web_pages_is_not_the_api() -> None:
    page = httpx.Response(200, html="<h1>Welcome</h1>")
    found = probe(answering(lambda request: page))
    assert set(states(found).values()) == {Found.UNKNOWN}
    (sentence,) = sentences(found)
    assert "a web page" in sentence


def test_an_address_that_redirects_is_not_the_api(vendor: Vendor, http: Http) -> None:
    vendor.fault("admin", "redirect", times=None)
    found = probe(http)
    assert set(states(found).values()) == {Found.UNKNOWN}
    (sentence,) = sentences(found)
    assert "This address is not the Admin API" in sentence
    assert "https://login.example.org, and the key is not sent" in sentence


def test_nobody_waits_for_each_endpoint_of_a_network_that_is_gone() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise httpx.ConnectError("no route")

    found = probe(answering(answer))
    assert len(asked) == 1
    assert states(found) == dict.fromkeys(NAMES, Found.UNKNOWN)
    assert sentences(found) == {"The Admin API cannot be reached."}


def test_a_clock_that_is_wrong_is_told(vendor: Vendor, http: Http) -> None:
    vendor.fault("admin", "wrong_date", times=None, seconds=-720)
    found = probe(http)
    assert "12 minutes ahead of the vendor's" in found.clock
    assert states(found) == dict.fromkeys(NAMES, Found.OK)


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, ""), (4, ""), (-4, ""), (9, "behind"), (-9, "ahead of")]
)
def test_five_minutes_are_tolerated(minutes: int, words: str) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    theirs = now + timedelta(minutes=minutes)
    sentence = clock_sentence(f"{theirs:%a, %d %b %Y %H:%M:%S} GMT", now)
    assert (words in sentence) if words else not sentence


@pytest.mark.parametrize("header", ["", "yesterday", "Mon, 99 Foo"])
def test_a_date_that_says_nothing_says_nothing(header: str) -> None:
    assert clock_sentence(header, datetime.now(UTC)) == ""


def test_the_key_is_in_no_sentence() -> None:
    http = Http(
        "https://api.example.org",
        "secret-key",
        httpx.MockTransport(lambda request: httpx.Response(401, text="secret-key")),
    )
    assert "secret-key" not in repr(probe(http))
