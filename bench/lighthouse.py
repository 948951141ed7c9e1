"""What a browser makes of the pages: bytes over the line, and Lighthouse's scores.

    python -m bench.lighthouse

From the real web role with 100,000 events (`BENCH_EVENTS`), in Chromium. Lighthouse
comes from the npm registry; a phone is its slow one (four times slower processor, slow
4G), a desktop its usual one.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench._product import fill, signed_in
from tests.browser import ARGUMENTS, chromium
from tests.live import Product, product

EVENTS = int(os.environ.get("BENCH_EVENTS", "100000"))
DAYS = 90
LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = ("/dashboard/", "/dashboard/adoption/", "/dashboard/models/")
FORMS = {"phone": (), "desktop": ("--preset=desktop",)}


def main() -> None:
    with product("web") as live:
        fill(live, EVENTS, DAYS)
        with signed_in(live) as client:
            cookie = client.cookies["sessionid"]
        with sync_playwright() as playwright:
            path = chromium(playwright.chromium.executable_path)
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            print(f"{'kB over the line':<24}{'first view':>12}{'again':>8}")
            for url in PAGES:
                context = browser.new_context()
                session = {"name": "sessionid", "value": cookie, "url": live.url}
                context.add_cookies([session])  # type: ignore[list-item]
                first, again = transferred(context.new_page(), live.url + url)
                print(f"{url:<24}{first / 1000:>12.0f}{again / 1000:>8.0f}")
                context.close()
            browser.close()
        scores(live, path, cookie)


def transferred(page: Page, url: str) -> tuple[int, int]:
    """Bytes as they were sent, with an empty cache and right after."""
    sent: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda e: sent.append(e["encodedDataLength"]))
    page.goto(url, wait_until="networkidle")
    first = sum(sent)
    sent.clear()
    page.goto(url, wait_until="networkidle")
    return first, sum(sent)


def scores(live: Product, path: str, cookie: str) -> None:
    if shutil.which("npx") is None:
        sys.exit("Lighthouse needs npx: install Node.js.")
    for form, options in FORMS.items():
        for url in PAGES:
            found = lighthouse(live, path, cookie, url, options)
            shown = ", ".join(
                f"{category['title']} {category['score'] * 100:.0f}"
                for category in found["categories"].values()
            )
            print(f"{form:<8} {url:<24} {shown}")
            for audit in found["audits"].values():
                if audit["score"] is not None and audit["score"] < 0.9:
                    print(f"    {audit['title']}: {audit.get('displayValue', '')}")


def lighthouse(
    live: Product, path: str, cookie: str, url: str, options: tuple[str, ...]
) -> Any:
    out = Path(live.data_dir) / "lighthouse.json"
    headers = json.dumps({"Cookie": f"sessionid={cookie}"})
    command = [
        "npx",
        "--yes",
        LIGHTHOUSE,
        live.url + url,
        "--quiet",
        "--output=json",
        f"--output-path={out}",
        f"--extra-headers={headers}",
        "--only-categories=performance,accessibility,best-practices",
        "--chrome-flags=--headless=new --no-sandbox",
        *options,
    ]
    env = os.environ | {"CHROME_PATH": path}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return json.loads(out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
