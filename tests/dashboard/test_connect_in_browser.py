"""From a key to the first chart, and a stream that fails, in a real browser."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.live import Product, product

pytestmark = [pytest.mark.timeout(180), pytest.mark.browser]
DRAWN = "#daily-spend canvas[data-drawn]"


@pytest.fixture(scope="module")
def syncing() -> Iterator[Product]:
    with product("web", "simulator", "worker", "beat") as live:
        yield live


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A tab in which nothing is blocked, missing or broken."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # The browser itself tells of a form that comes back with status 400.
        if message.type in ("error", "warning") and "400" not in message.text:
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def sign_in(page: Page, live: Product, path: str) -> None:
    page.goto(live.url + path)
    page.get_by_label("E-mail").fill(live.admin_email)
    page.get_by_label("Password").fill(live.admin_password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(live.url + path)


def test_from_a_key_to_the_first_chart(syncing: Product, quiet: Page) -> None:
    key = "demo-admin-key"
    syncing.manage(
        "shell",
        "-c",
        "from tokens.models import Team; Team.objects.update(sync_key='')",
    )
    sign_in(quiet, syncing, "/dashboard/connect/")
    quiet.get_by_label("Team’s name").fill("Rocket Works")
    quiet.get_by_label("Admin API address").fill(syncing.simulator_url)
    quiet.get_by_label("Admin API key").fill("a-wrong-key-of-somebody")
    quiet.get_by_role("button", name="Try the key").click()
    expect(quiet.locator("#error_id_key")).to_be_visible()
    quiet.get_by_label("Admin API key").fill(key)
    quiet.get_by_role("button", name="Try the key").click()
    expect(quiet.get_by_text("Rocket Works is connected")).to_be_visible()
    quiet.get_by_role("button", name="Start the first sync").click()
    quiet.locator(DRAWN).wait_for(timeout=60_000)


def test_a_failed_stream_says_what_happened(syncing: Product, quiet: Page) -> None:
    httpx.post(
        f"{syncing.simulator_url}/_sim/faults",
        json={"endpoint": "spend", "fault": "revoked_key", "times": None},
    ).raise_for_status()
    sign_in(quiet, syncing, "/dashboard/sync/?team=rocket-works")
    quiet.get_by_role("button", name="Sync now").click()
    failed = quiet.locator(".stream-table tr.failed, .stream-table tr.refused")
    expect(failed.first).to_be_visible(timeout=60_000)
    quiet.set_viewport_size({"width": 360, "height": 740})
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert quiet.evaluate(wide) is False
