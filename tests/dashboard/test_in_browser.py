"""The pages in a real browser, under the real Content-Security-Policy."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.live import Product

pytestmark = [pytest.mark.timeout(180), pytest.mark.browser]
START = str(datetime.now(UTC).date() - timedelta(days=9))
OVERVIEW = f"/dashboard/?start={START}"
# The overview has a second chart.
CHART = "#daily-spend"
DRAWN = f"{CHART} canvas[data-drawn]"


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


@pytest.fixture(scope="module")
def synced(live: Product) -> Product:
    live.manage("sync", "--since", START)
    return live


def sign_in(page: Page, live: Product, path: str = "/dashboard/") -> None:
    page.goto(live.url + path)
    page.get_by_label("E-mail").fill(live.admin_email)
    page.get_by_label("Password").fill(live.admin_password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(live.url + path)


def test_an_empty_page_fills_itself_when_the_first_sync_ends(
    live: Product, quiet: Page
) -> None:
    sign_in(quiet, live)
    expect(quiet.get_by_text("for the first time")).to_be_visible()
    live.manage("sync", "--since", START)
    quiet.locator(DRAWN).wait_for(timeout=20_000)


def test_the_chart_its_table_and_the_report_are_one(
    synced: Product, quiet: Page
) -> None:
    sign_in(quiet, synced, OVERVIEW)
    quiet.locator(DRAWN).wait_for()
    quiet.get_by_text("The numbers as a table").first.click()
    cell = quiet.locator("[data-chart-table=daily-spend] tfoot td").last
    rows = json.loads(
        synced.manage("usage_report", "--start", START, "--format", "json")
    )
    total = sum(Decimal(row["charged_cents"]) for row in rows)
    assert total > 0
    assert Decimal(cell.get_attribute("data-value") or "") == total


def test_the_arrow_keys_read_a_chart(synced: Product, quiet: Page) -> None:
    sign_in(quiet, synced, OVERVIEW)
    canvas = quiet.locator(DRAWN)
    said = quiet.locator(f"{CHART} [data-chart-said]")
    canvas.press("Home")
    expect(said).to_have_text(re.compile(r"\$"))
    first = said.inner_text()
    canvas.press("ArrowRight")
    expect(said).not_to_have_text(first)
    canvas.press("Escape")
    expect(said).to_be_empty()


def test_the_filters_work_without_a_script(browser: Browser, synced: Product) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, synced)
    page.get_by_role("link", name="On-demand").click()
    page.locator(".range:not(.filter) summary").click()
    page.get_by_label("First day").fill(START)
    page.get_by_role("button", name="Show").click()
    assert f"measure=on_demand&start={START}" in page.url
    page.locator(".filter summary").click()
    page.get_by_label("Person").fill("nobody@example.com")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(CHART).get_by_text("No usage")).to_be_visible()
    page.get_by_role("link", name="nobody@example.com").click()
    assert "email" not in page.url
    page.go_back()
    assert "email=nobody%40example.com" in page.url
    context.close()


def test_a_chart_is_looked_at_where_it_was_left(synced: Product, quiet: Page) -> None:
    sign_in(quiet, synced, OVERVIEW)
    quiet.set_viewport_size({"width": 1280, "height": 400})
    kinds = quiet.get_by_role("link", name="Kind", exact=True)
    kinds.scroll_into_view_if_needed()
    before = quiet.evaluate("scrollY")
    assert before > 0
    kinds.click()
    quiet.wait_for_url("**split=kind**")
    expect(kinds).to_have_attribute("aria-current", "true")
    quiet.locator("#daily-spend-by-kind canvas[data-drawn]").wait_for()
    expect(kinds).to_be_in_viewport()


def test_a_series_can_be_taken_out_and_the_theme_changed(
    synced: Product, quiet: Page
) -> None:
    sign_in(quiet, synced, OVERVIEW)
    quiet.locator(DRAWN).wait_for()
    first = quiet.locator("[data-series]").first
    first.press("Enter")
    expect(first).to_have_attribute("aria-pressed", "false")
    quiet.locator(".user summary").click()
    quiet.get_by_label("Dark").check()
    quiet.reload()
    assert quiet.locator("html").get_attribute("data-theme") == "dark"
    ground = quiet.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", ground)[:3])) < 64


def test_a_chart_that_cannot_be_fetched_says_so_and_tries_again(
    synced: Product, page: Page
) -> None:
    sign_in(page, synced)
    broken = "**/chart/*.json*"
    page.route(broken, lambda route: route.abort())
    page.goto(synced.url + OVERVIEW)
    chart = page.locator(CHART)
    expect(chart.get_by_text("The server cannot be reached.")).to_be_visible()
    page.unroute(broken)
    chart.get_by_role("button", name="Try again").click()
    page.locator(DRAWN).wait_for()


@pytest.mark.parametrize("path", [OVERVIEW, "/dashboard/people/", "/admin/"])
def test_nothing_is_wider_than_a_small_phone(
    synced: Product, quiet: Page, path: str
) -> None:
    quiet.set_viewport_size({"width": 360, "height": 740})
    sign_in(quiet, synced)
    quiet.goto(synced.url + path)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert quiet.evaluate(wide) is False


def test_the_keyboard_reaches_the_content_and_closes_menus(
    synced: Product, quiet: Page
) -> None:
    sign_in(quiet, synced, OVERVIEW)
    quiet.keyboard.press("Tab")
    expect(quiet.get_by_text("Skip to the content")).to_be_focused()
    quiet.locator(".user summary").press("Enter")
    expect(quiet.get_by_text("Change password")).to_be_visible()
    quiet.keyboard.press("Escape")
    expect(quiet.get_by_text("Change password")).to_be_hidden()


def test_the_table_of_people_is_narrowed_and_found_again_by_keyboard(
    synced: Product, quiet: Page
) -> None:
    sign_in(quiet, synced, f"/dashboard/people/?start={START}")
    people = quiet.locator("table.people tbody tr")
    everybody = people.count()
    quiet.get_by_text("Columns", exact=True).first.focus()
    quiet.keyboard.press("Enter")
    quiet.get_by_label("Role").last.press("Space")
    quiet.get_by_role("button", name="Show").locator("visible=true").press("Enter")
    role = quiet.get_by_role("columnheader", name="Role")
    expect(role).to_be_visible()
    search = quiet.get_by_role("searchbox", name="Search people")
    search.fill("nobody of this name")
    search.press("Enter")
    quiet.get_by_role("link", name="Clear the filters").last.press("Enter")
    expect(people).to_have_count(everybody)
    people.first.get_by_role("link").press("Enter")
    quiet.get_by_role("link", name="Back to people").press("Enter")
    expect(role).to_be_visible()
