"""Every page in a real browser, light and dark: axe-core finds nothing, nothing is
blocked or broken, and nothing sticks out of a telephone."""

import contextlib
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    TimeoutError,
    ViewportSize,
)

from tests.environment import ROOT
from tests.live import Product, product
from tests.routes import ADMIN_PAGES, Kind, Route, of_kind

pytestmark = [pytest.mark.timeout(180), pytest.mark.browser]
AXE = (ROOT / "tests" / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = ViewportSize(width=360, height=740)
WIDE = ViewportSize(width=1280, height=900)
OPEN = [route for route in of_kind(Kind.PAGE) if route.is_open]
INSIDE = [route for route in of_kind(Kind.PAGE) if not route.is_open]
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
RUN = """async (rules) => {
  const only = {type: "tag", values: rules};
  const found = await axe.run(document, {preload: false, runOnly: only});
  return found.violations.map((v) =>
    `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 5).join(" | ")}`);
}"""
STICKS_OUT = """() => {
  const width = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth <= width ? [] :
    [...document.querySelectorAll("body *")]
      .filter((e) => e.getBoundingClientRect().right > width + 1)
      .filter((e) => !e.closest(".scroll, nav"))
      .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def filled() -> Iterator[Product]:
    """A product with a team of made-up people."""
    with product("web") as running:
        running.manage(
            "demo_data", "--people", "12", "--days", "70", "--events", "3000"
        )
        yield running


@pytest.fixture(scope="module")
def signed_in(browser: Browser, filled: Product) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(filled.url + "/dashboard/")
    page.get_by_label("E-mail").fill(filled.admin_email)
    page.get_by_label("Password").fill(filled.admin_password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(filled.url + "/dashboard/")
    yield page
    context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("route", OPEN, ids=lambda route: route.name)
def test_pages_for_everybody(
    route: Route, theme: Theme, filled: Product, page: Page
) -> None:
    walk(page, filled.url + route.url, theme)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("route", INSIDE, ids=lambda route: route.name)
def test_pages_inside(
    route: Route, theme: Theme, filled: Product, signed_in: Page
) -> None:
    walk(signed_in, filled.url + route.url, theme)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_pages_of_the_admin(
    path: str, theme: Theme, filled: Product, signed_in: Page
) -> None:
    walk(signed_in, filled.url + path, theme)


def test_the_report_prints_its_numbers_and_no_controls(
    filled: Product, signed_in: Page
) -> None:
    signed_in.emulate_media(color_scheme="dark", media="print")
    signed_in.goto(f"{filled.url}/dashboard/report/")
    settle(signed_in)
    for control in ("nav", ".picker", "main .button", "select", ".actions"):
        assert signed_in.locator(f"{control}:visible").count() == 0, control
    for shown in ("canvas", "table.people tfoot", "dl.figures"):
        assert signed_in.locator(shown).first.is_visible(), shown
    paper = signed_in.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert 1 <= paper.count(b"/Type /Page\n") <= 4
    signed_in.emulate_media(media="screen")


@pytest.mark.once
def test_on_paper_no_chart_covers_its_legend(filled: Product, signed_in: Page) -> None:
    """Paper is laid out after the charts were drawn, as narrow as they are beside each
    other on a screen."""
    signed_in.set_viewport_size({"width": 700, "height": 900})
    signed_in.goto(f"{filled.url}/dashboard/models/")
    settle(signed_in)
    signed_in.emulate_media(media="print")
    gaps = signed_in.evaluate("""() => [...document.querySelectorAll(".chart")].map(
      (chart) => {
        const canvas = chart.querySelector("canvas");
        [canvas.width, canvas.height] = [300, 208];
        return chart.querySelector(".legend").getBoundingClientRect().top -
          canvas.getBoundingClientRect().bottom;
      })""")
    assert len(gaps) == 6 and min(gaps) >= 0
    signed_in.emulate_media(media="screen")


@pytest.mark.once
def test_a_long_name_widens_no_page(filled: Product, signed_in: Page) -> None:
    name = "N" * 100
    signed_in.goto(f"{filled.url}/dashboard/groups/new/")
    signed_in.get_by_label("Name").fill(name)
    signed_in.locator("main form .primary").click()
    signed_in.get_by_role("heading", name=name).wait_for()
    signed_in.set_viewport_size(NARROW)
    group = signed_in.url.split("?")[0]
    for path in ("", "edit/", "delete/", "add/"):
        signed_in.goto(group + path)
        assert signed_in.get_by_text(name).count()
        assert sticking_out(signed_in) == [], path


@pytest.mark.once
def test_a_long_name_of_a_team_leaves_the_menus_on_a_telephone(
    filled: Product, signed_in: Page
) -> None:
    call = "from tokens.models import Team; Team.objects.update(name={!r})"
    filled.manage("shell", "-c", call.format("N" * 100))
    signed_in.set_viewport_size(NARROW)
    signed_in.goto(f"{filled.url}/dashboard/reconciliation/")
    assert sticking_out(signed_in) == []
    box = signed_in.locator(".user summary").bounding_box()
    assert box and box["x"] + box["width"] <= NARROW["width"]
    filled.manage("shell", "-c", call.format("Default"))


@pytest.mark.once
@pytest.mark.parametrize("language", ["en", "zh-hans", "tr"])
def test_a_telephones_menu_has_each_entry_on_one_line(
    language: str, filled: Product, signed_in: Page
) -> None:
    signed_in.set_viewport_size(NARROW)
    signed_in.goto(f"{filled.url}/dashboard/report/")
    signed_in.locator(".user summary").click()
    signed_in.locator(f".user button[value={language}]").click()
    signed_in.locator(f"html[lang={language}]").wait_for(state="attached")
    entries = signed_in.locator(".side nav a")
    heights = {box["height"] for one in entries.all() if (box := one.bounding_box())}
    assert entries.count() > 9 and len(heights) == 1 and max(heights) < 40
    signed_in.locator(".user summary").click()
    signed_in.locator(".user button[value=en]").click()
    signed_in.locator("html[lang=en]").wait_for(state="attached")


def walk(tab: Page, url: str, theme: Theme) -> None:
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    tab.on("console", hear)
    tab.emulate_media(color_scheme=theme)
    tab.set_viewport_size(WIDE)
    answer = tab.goto(url)
    assert answer and answer.status == 200
    settle(tab)
    tab.evaluate(AXE)
    assert tab.evaluate(RUN, RULES) == []
    tab.set_viewport_size(NARROW)
    assert sticking_out(tab) == []
    tab.remove_listener("console", hear)
    assert complaints == []


def sticking_out(tab: Page) -> object:
    """A chart takes a moment to follow its page."""
    with contextlib.suppress(TimeoutError):
        tab.wait_for_function(f"() => ({STICKS_OUT})().length === 0", timeout=3000)
    return tab.evaluate(STICKS_OUT)


def settle(tab: Page) -> None:
    """Every chart is drawn, or says that it has nothing to draw."""
    for canvas in tab.locator("canvas[data-chart]").all():
        empty = canvas.locator("xpath=..").locator(".plot-note:not([hidden])")
        if not empty.count():
            canvas.and_(tab.locator("[data-drawn]")).wait_for(state="attached")
