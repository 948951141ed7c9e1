"""A real Chromium, driven by Playwright: the machine's own, else Playwright's.

`python -m tests.browser` starts it once, after installing what is missing where it can.

The `page` fixture is a fresh tab with its own cookies. Playwright keeps an event loop
running in the test's thread, so a test with `page` neither is async nor uses the
database itself: it talks to a `live` product.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = chromium(playwright.chromium.executable_path)
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@functools.cache
def chromium(playwrights_own: str) -> str:
    """The path of a browser. A missing one fails the test: a skipped browser test would
    look like a passed one."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if Path(playwrights_own).exists():
        return playwrights_own
    raise AssertionError(
        "No Chromium was found. Install one (Debian: apt-get install chromium; "
        "elsewhere: .venv/bin/playwright install chromium) and run the tests again."
    )


def trouble() -> str:
    """Why no browser starts, empty when one does. Playwright's driver is a program of
    its own and may lack a library of the system: then it raises a bare Exception."""
    try:
        with sync_playwright() as playwright:
            path = chromium(playwright.chromium.executable_path)
            playwright.chromium.launch(executable_path=path, args=ARGUMENTS).close()
    except Exception as error:
        return str(error)
    return ""


def install() -> None:
    """The browser, and what Playwright's driver needs of a bare Debian."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium with apt-get.", flush=True)
    packages = ["-y", "--no-install-recommends", "chromium", "libatomic1"]
    for command in (["update"], ["install", *packages]):
        subprocess.run(
            ["apt-get", "-qq", *command],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
        )


def main() -> None:
    if trouble():
        install()
    if said := trouble():
        sys.exit(f"The browser tests cannot run: {said}")


if __name__ == "__main__":
    main()
