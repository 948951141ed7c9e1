"""Secrets that somebody pastes into an address are in no log."""

import logging

import pytest
from django.test import Client

from config.logs import Masked, masked

TOKEN = "eyJhbGciOiJIUzI1NiJ9.Y2FuYXJ5.canary-signature"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/nothing-here", "/nothing-here"),
        ("/dashboard/people/ann@example.com/", "/dashboard/people/ann@example.com/"),
        (f"/{TOKEN}", "/…ture"),
        (f"/tokeninfo/user_01::{TOKEN}/", "/tokeninfo/…ture/"),
        ("/a/user_01%3A%3AeyJhbGciOiJ", "/a/…iOiJ"),
    ],
)
def test_only_long_words_of_a_path_are_masked(path: str, shown: str) -> None:
    assert masked(path) == shown


@pytest.mark.django_db
def test_a_page_that_is_not_found_logs_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.handler.addFilter(Masked())
    assert Client().get(f"/{TOKEN}?key={TOKEN}").status_code == 404
    assert Client().post(f"/logs/{TOKEN}").status_code == 404
    assert "Not Found: /…ture" in caplog.text
    assert TOKEN[:20] not in caplog.text


def test_what_the_product_logs_goes_through_the_mask() -> None:
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request")]
    masks = [f for handler in loggers[0].handlers for f in handler.filters]
    assert any(isinstance(one, Masked) for one in masks)
    assert [logger.handlers for logger in loggers[1:]] == [[], []]
