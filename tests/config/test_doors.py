"""Front door, health, readiness, and error pages in the shape of who asks."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from config.version import VERSION, newest


def test_a_browser_is_led_to_the_dashboard(client: Client) -> None:
    page = client.get("/", headers={"accept": "text/html,*/*"})
    assert (page.status_code, page["Location"]) == (302, "/dashboard/")


@pytest.mark.parametrize("path", ["/", "/health", "/healthz"])
def test_a_probe_gets_health_without_a_database(client: Client, path: str) -> None:
    answer = client.get(path, headers={"accept": "application/json"})
    assert answer.status_code == 200
    health = answer.json()
    assert health["status"] == "healthy"
    assert health["version"] == VERSION
    assert len(health["models"]) == 21


@pytest.mark.django_db
def test_it_is_ready_while_the_database_answers(client: Client) -> None:
    assert client.get("/readyz").json() == {"ready": True, "reasons": []}


def test_the_example_environment_is_served(client: Client) -> None:
    served = client.get("/env-example")
    shipped = Path(settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")
    assert served.content.decode() == shipped
    assert served["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_a_page(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no page at this address" in answer.content.decode()


def test_cookies_are_secure_exactly_over_https(client: Client, db: None) -> None:
    plain = client.get("/accounts/login/")
    assert not plain.cookies["csrftoken"]["secure"]
    behind_tls = Client().get(
        "/accounts/login/", headers={"x-forwarded-proto": "https"}
    )
    assert behind_tls.cookies["csrftoken"]["secure"]


def test_the_version_is_the_newest_heading_of_the_changelog() -> None:
    assert newest("# Changelog\n\n## 1.2.3\n\n## 1.2.2\n") == "1.2.3"
    with pytest.raises(ValueError, match="no heading"):
        newest("# Changelog\n")


@pytest.mark.django_db
def test_a_page_without_its_database_says_so(client: Client) -> None:
    def gone(*statement: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    client.raise_request_exception = False
    client.cookies["sessionid"] = "a-session-of-somebody"
    with connection.execute_wrapper(gone):
        answer = client.get("/dashboard/sync/")
    assert answer.status_code == 503
    assert "The database does not answer." in answer.content.decode()
