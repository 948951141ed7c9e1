"""One request: what is tried again, and the sentence for what is not."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from dashboard.adminapi import errors
from dashboard.adminapi.client import AdminApi
from dashboard.adminapi.http import TRIES, Http, retry_after_seconds
from dashboard.adminapi.notes import Notes
from dashboard.adminapi.refusals import is_about_address, where_to
from tests.dashboard.adminapi.conftest import Pauses
from tests.vendor import Vendor

pytestmark = pytest.mark.once

TROUBLE: list[tuple[str, dict[str, Any], type[errors.AdminApiError]]] = [
    ("500", {}, errors.VendorTrouble),
    ("502", {}, errors.VendorTrouble),
    ("503", {"body": "empty"}, errors.VendorTrouble),
    ("html", {}, errors.Unreadable),
    ("cut_body", {}, errors.Unreadable),
    ("broken_json", {}, errors.Unreadable),
    ("empty_body", {}, errors.Unreadable),
    ("close", {}, errors.Unreadable),
    ("429", {"retry_after": "1"}, errors.Throttled),
]


@pytest.mark.parametrize(("fault", "options", "_"), TROUBLE)
def test_trouble_that_passes_is_not_noticed(
    vendor: Vendor, api: AdminApi, pauses: Pauses, fault: str, options: Any, _: Any
) -> None:
    vendor.fault("members", fault, times=2, **options)
    assert api.members(Notes())
    assert pauses == [1, 1 if fault == "429" else 2]


@pytest.mark.parametrize(("fault", "options", "error"), TROUBLE)
def test_trouble_that_stays_ends_after_the_last_try_with_a_sentence(
    vendor: Vendor,
    api: AdminApi,
    pauses: Pauses,
    fault: str,
    options: Any,
    error: type[errors.AdminApiError],
) -> None:
    vendor.fault("members", fault, times=None, **options)
    with pytest.raises(error) as raised:
        api.members(Notes())
    assert len(pauses) == TRIES - 1
    assert str(raised.value).endswith(".")
    assert vendor.key not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("400", errors.RequestRefused),
        ("401", errors.KeyRefused),
        ("403", errors.KeyMayNot),
        ("404", errors.NotThere),
    ],
)
def test_a_refusal_is_not_asked_again(
    vendor: Vendor,
    api: AdminApi,
    pauses: Pauses,
    status: str,
    error: type[errors.AdminApiError],
) -> None:
    vendor.fault("members", status, times=None)
    with pytest.raises(error):
        api.members(Notes())
    assert pauses == []


def test_a_wrong_key_is_refused_with_what_to_do(vendor: Vendor) -> None:
    with (
        closing(AdminApi(Http(vendor.url, "a-wrong-key"))) as api,
        pytest.raises(errors.KeyRefused, match="Settings, Cursor Admin API Keys"),
    ):
        api.members(Notes())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_named_and_never_followed_with_the_key(
    vendor: Vendor, api: AdminApi, pauses: Pauses, status: int
) -> None:
    elsewhere = f"{vendor.url}/sign-in?next=secret"
    vendor.fault("members", "redirect", times=None, status=status, to=elsewhere)
    before = len(vendor.requests())
    with pytest.raises(errors.WrongAddress) as raised:
        api.members(Notes())
    assert is_about_address(str(raised.value))
    assert "redirects to http://127.0.0.1, and the key is not sent" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert (len(vendor.requests()) - before, pauses) == (1, [])


@pytest.mark.parametrize("location", ["", "/elsewhere", "http://[bad"])
def test_a_redirect_to_nowhere_is_named_too(location: str) -> None:
    assert "it redirects, and the key is not sent" in where_to(location)


def test_nobody_at_the_address_is_a_sentence(pauses: Pauses) -> None:
    with (
        closing(AdminApi(Http("http://127.0.0.1:9", "k", wait=pauses))) as api,
        pytest.raises(errors.Unreachable, match="cannot be reached"),
    ):
        api.members(Notes())


def test_the_wait_that_the_vendor_names_is_kept(
    vendor: Vendor, api: AdminApi, pauses: Pauses
) -> None:
    vendor.fault("members", "429", times=1, retry_after="7")
    api.members(Notes())
    assert pauses == [7]


def test_a_wait_of_more_than_a_minute_is_handed_back(
    vendor: Vendor, api: AdminApi, pauses: Pauses
) -> None:
    vendor.fault("members", "429", times=1, retry_after="86400")
    with pytest.raises(errors.Throttled) as raised:
        api.members(Notes())
    assert raised.value.retry_after == 300
    assert pauses == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3),
        ("0", 1),
        ("Mon, 23 Nov 2026 10:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 1),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    value: str, seconds: float | None
) -> None:
    ten = datetime(2026, 11, 23, 10, tzinfo=UTC)
    headers = httpx.Headers({"retry-after": value})
    assert retry_after_seconds(headers, now=lambda: ten) == seconds


def test_the_key_is_the_user_name_and_is_not_shown() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json={"teamMembers": []})

    http = Http("https://api.example.org", "k3y", transport=httpx.MockTransport(answer))
    AdminApi(http).members(Notes())
    assert seen == ["Basic azN5Og=="]
    assert "k3y" not in repr(http)
