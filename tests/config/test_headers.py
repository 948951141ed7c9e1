"""The headers that keep a browser on our side."""

import pytest
from django.test import Client

PAGES = ("/accounts/login/", "/admin/login/", "/nothing-here")


@pytest.mark.django_db
@pytest.mark.parametrize("url", PAGES)
def test_a_page_runs_and_loads_only_our_own_files(client: Client, url: str) -> None:
    answer = client.get(url)
    policy = dict(
        part.strip().split(" ", 1)
        for part in answer["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "http" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
