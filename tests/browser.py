"""A real Chromium, driven by Playwright: the machine's own, else Playwright's.

`python -m tests.browser` says which one, after installing one where it can.

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
    """The path of a browser. A missing one is installed or fails the test: a skipped
    browser test would look like a passed one."""
    if found := on_this_machine() or _existing(playwrights_own) or installed():
        return found
    raise AssertionError(
        "No Chromium was found. Install one (Debian: apt-get install chromium; "
        "elsewhere: .venv/bin/playwright install chromium) and run the tests again."
    )


def on_this_machine() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def installed() -> str | None:
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing Chromium with apt-get.", flush=True)
    install = ["install", "-y", "--no-install-recommends", "chromium"]
    for command in (["update"], install):
        subprocess.run(
            ["apt-get", "-qq", *command],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
        )
    return on_this_machine()


def _existing(path: str) -> str | None:
    return path if path and Path(path).exists() else None


def main() -> None:
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    try:
        print(f"Browser of the tests: {chromium(own)}")
    except AssertionError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
