"""Requests that wait for their turn, against a vendor that counts them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from dashboard.adminapi import errors
from dashboard.adminapi.http import Http
from dashboard.adminapi.pace import Paced
from dashboard.adminapi.pacestore import MINUTE
from tests.dashboard.adminapi.conftest import EVENTS, MEMBERS, START, Clock
from tests.vendor import Vendor


def http(pace: Paced, clock: Clock, *statuses: int) -> Http:
    """Answers with these statuses, then with 200 for ever."""
    left = list(statuses)

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(left.pop(0) if left else 200, json={})

    transport = httpx.MockTransport(answer)
    return Http("https://x.example.org", "k", transport, clock.wait, pace)


def test_a_request_waits_for_its_turn_up_to_a_minute(pace: Paced, clock: Clock) -> None:
    client = http(pace, clock)
    for _ in range(100):
        client.json("GET", MEMBERS)
    assert 4 * MINUTE <= clock.now - START <= 4 * MINUTE + 10


def test_a_longer_turn_is_handed_back_with_the_time_to_come_again(
    pace: Paced, clock: Clock
) -> None:
    with pytest.raises(errors.Throttled) as raised:
        Http(
            "https://x.example.org",
            "k",
            httpx.MockTransport(
                lambda _: httpx.Response(429, headers={"retry-after": "200"})
            ),
            clock.wait,
            pace,
        ).json("GET", EVENTS)
    assert raised.value.retry_after == 200
    with pytest.raises(errors.Throttled) as raised:
        http(pace, clock).json("GET", EVENTS)
    assert raised.value.retry_after == 200
    assert clock.now == START


def test_waits_add_up_to_a_minute_at_most(pace: Paced, clock: Clock) -> None:
    with pytest.raises(errors.Throttled) as raised:
        http(pace, clock, 429, 429, 429).json("GET", EVENTS)
    assert clock.now - START == 32
    assert raised.value.retry_after == 60


@pytest.fixture
def against(vendor: Vendor, pace: Paced, clock: Clock) -> Iterator[Http]:
    """A client whose waiting moves the vendor's clock as well."""

    def wait(seconds: float) -> None:
        clock.wait(seconds)
        vendor.set_clock(datetime.fromtimestamp(clock.now, UTC))

    vendor.set_clock(datetime.fromtimestamp(clock.now, UTC))
    client = Http(vendor.url, vendor.key, wait=wait, pace=pace)
    yield client
    client.close()


def test_a_vendor_that_counts_as_documented_never_refuses(
    against: Http, vendor: Vendor, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    vendor.limit("documented")
    for _ in range(70):
        against.json("GET", MEMBERS)
    assert not caplog.records, "a refusal would be logged"
    assert clock.now - START < 4 * MINUTE


@pytest.mark.parametrize("form", ["none", "seconds"])
def test_a_vendor_that_allows_less_is_obeyed_and_not_asked_in_vain(
    against: Http,
    vendor: Vendor,
    caplog: pytest.LogCaptureFixture,
    form: str,
) -> None:
    """The vendor has halved its figure and told nobody."""
    vendor.limit({"other": 10}, form)
    for _ in range(60):
        against.json("GET", MEMBERS)
    assert 1 <= len(caplog.records) <= 3
