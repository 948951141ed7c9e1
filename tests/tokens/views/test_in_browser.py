"""The token page in a real browser, under the real Content-Security-Policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.live import Product, product

pytestmark = [pytest.mark.timeout(180), pytest.mark.browser]
CANARY = "eyJhbGciOiJIUzI1NiJ9.Y2FuYXJ5.canary-signature"


@pytest.fixture(scope="module")
def real() -> Iterator[Product]:
    """Without the demo: team “Default” is there and has no tokens."""
    with product("web") as live:
        yield live


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A tab in which nothing is blocked, missing or broken."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


def test_a_token_is_pasted_renamed_by_keyboard_and_written_to_the_file(
    real: Product, quiet: Page
) -> None:
    quiet.set_viewport_size({"width": 360, "height": 740})
    quiet.goto(f"{real.url}/tokeninfo")
    quiet.get_by_label("AUTH_TOKEN").fill(real.auth_token)
    quiet.keyboard.press("Enter")
    quiet.get_by_label("Token or cookie").fill(f"user_01AB%3A%3A{CANARY}")
    quiet.get_by_role("button", name="Add the token").click()
    expect(quiet.get_by_text("1 token is in use: 1 added.")).to_be_visible()
    box = quiet.get_by_label(".token", exact=True)
    shown = box.input_value()
    assert shown.startswith("user_01AB::…ture~")
    box.fill(shown.replace("user_01AB", "Ann"))
    box.press("Control+s")
    expect(quiet.get_by_text("1 token is in use: 1 renamed.")).to_be_visible()
    assert (real.data_dir / ".token").read_text() == f"Ann::{CANARY}\n"
    assert CANARY not in quiet.content()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert quiet.evaluate(wide) is False
