"""A running product with a lot of usage, and its admin signed in."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests import environment
from tests.live import Product


def fill(live: Product, events: int, days: int) -> None:
    """Usage of 1,000 made-up people."""
    size = ("--people", "1000", "--days", str(days), "--events", str(events))
    command = [sys.executable, "manage.py", "demo_data", *size]
    subprocess.run(command, cwd=environment.ROOT, env=live.env, check=True)


@contextmanager
def signed_in(live: Product) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live.url, timeout=600, follow_redirects=True) as client:
        page = client.get("/accounts/login/")
        found = re.search('csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found
        given = {
            "username": live.admin_email,
            "password": live.admin_password,
            "csrfmiddlewaretoken": found[1],
        }
        client.post("/accounts/login/", data=given).raise_for_status()
        yield client
