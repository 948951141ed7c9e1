"""`/logs` and the health's numbers: who may see them, and what is in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from proxy import logs
from proxy.models import GatewayRequest
from tests import factories
from tokens.crypto import fingerprint
from tokens.models import Team, TokenLoad, Upstream, UpstreamToken

AUTH_TOKEN = "master-key-of-these-tests"
BEARER = {"Authorization": f"Bearer {AUTH_TOKEN}"}
HTML = {"Accept": "text/html,*/*"}
CANARY = "eyJhbGciOiJIUzI1NiJ9.Y2FuYXJ5.canary-signature"
BEGAN = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def auth_token(settings: Any) -> None:
    settings.AUTH_TOKEN = AUTH_TOKEN


@pytest.fixture
def team(db: None) -> Team:
    return factories.team()


@pytest.fixture
def token(team: Team) -> UpstreamToken:
    return UpstreamToken.objects.create(
        team=team,
        upstream=Upstream.objects.create(name="Vendor", base_url="http://u.test"),
        alias="ann",
        secret=CANARY,
        fingerprint=fingerprint(CANARY),
        machine_id="a" * 64,
        mac_id="b" * 60 + "cafe",
    )


def ended(
    team: Team, number: int = 0, outcome: str = "ok", **fields: Any
) -> GatewayRequest:
    given = {"caller": "master", "status": 200, "duration_ms": 1234, "model": "gpt-4o"}
    return GatewayRequest.objects.create(
        team=team,
        request_id=f"req_{team.slug}_{number}",
        started_at=BEGAN + timedelta(seconds=number),
        outcome=outcome,
        **given | fields,
    )


def signed_in(team: Team, role: str) -> Client:
    client = Client()
    client.force_login(factories.user(f"{role}@example.com", team, role))
    return client


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_newest_come_last_with_their_tokens_masked(
    token: UpstreamToken, method: str
) -> None:
    ended(token.team, 1, upstream_token=token, stream=True, first_token_ms=80)
    ended(token.team, 2, "failed", status=502, error_code="upstream_unreachable")
    ended(token.team, 3, "cancelled", status=499)
    ended(token.team, 4, "under_way", status=0)
    answer = getattr(Client(headers=BEARER), method)("/logs")
    body = answer.json()
    assert (body["status"], body["total"]) == ("success", 4)
    first, second, third, fourth = body["logs"]
    assert first["timestamp"] == "2026-05-01T12:00:01+00:00"
    assert (first["status"], first["error"], first["stream"]) == ("success", None, True)
    masked = {"alias": "ann", "token": "…ture", "checksum": "…cafe"}
    assert first["token_info"] == masked
    assert (first["auth_token"], first["checksum"]) == ("…ture", "…cafe")
    assert (second["status"], second["error"]) == ("failed", "upstream_unreachable")
    assert (third["status"], third["error"]) == ("failed", "cancelled")
    assert (fourth["status"], fourth["error"]) == ("pending", None)
    assert CANARY[:20] not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_there_are_a_hundred_at_most(team: Team) -> None:
    for number in range(logs.NEWEST + 3):
        ended(team, number)
    body = Client(headers=BEARER).get("/logs").json()
    assert body["total"] == len(body["logs"]) == logs.NEWEST
    assert body["logs"][-1]["request_id"] == f"req_acme_{logs.NEWEST + 2}"


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("header", ["", "Bearer wrong", f"Basic {AUTH_TOKEN}"])
def test_without_a_key_nothing_is_told(team: Team, method: str, header: str) -> None:
    ended(team)
    client = Client(headers={"Authorization": header} if header else {})
    answer = getattr(client, method)("/logs")
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


def test_another_method_is_told_what_is_allowed(team: Team) -> None:
    answer = Client(headers=BEARER).delete("/logs")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("analyst", 200), ("lead", 403), ("member", 403)],
)
def test_the_page_is_for_those_who_see_everyone(
    team: Team, role: str, status: int
) -> None:
    ended(team, owner_email="ann@example.com")
    client = signed_in(team, role)
    page = client.get("/logs", headers=HTML)
    assert page.status_code == status
    assert ("ann@example.com" in page.content.decode()) is (status == 200)
    assert client.get("/logs").status_code == (200 if status == 200 else 401)


def test_a_stranger_gets_the_door_and_auth_token_opens_it(team: Team) -> None:
    ended(team, owner_email="ann@example.com")
    client = Client(enforce_csrf_checks=True)
    door = client.get("/logs", headers=HTML)
    assert door.status_code == 200
    assert "ann@example.com" not in door.content.decode()
    given = {"auth_token": AUTH_TOKEN}
    assert client.post("/logs", given, headers=HTML).status_code == 302
    assert "ann@example.com" in client.get("/logs", headers=HTML).content.decode()


def test_nobody_sees_another_teams_requests(team: Team) -> None:
    ended(team, owner_email="ann@example.com")
    client = signed_in(factories.team("other"), "admin")
    assert client.get("/logs").json()["logs"] == []
    assert client.get("/logs?team=acme").status_code == 401


def test_the_page_costs_the_same_for_any_number(
    token: UpstreamToken, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(token.team, "admin")
    for number in range(50):
        ended(token.team, number, upstream_token=token)
    with django_assert_max_num_queries(8):
        assert client.get("/logs", headers=HTML).status_code == 200


def test_health_tells_numbers_to_the_holder_of_auth_token_only(
    token: UpstreamToken,
) -> None:
    ended(token.team)
    now = timezone.now()
    for process, at in (("a", now), ("b", now), ("gone", now - timedelta(minutes=1))):
        TokenLoad.objects.create(token=token, process=process, in_flight=2, at=at)
    assert "stats" not in Client().get("/health").json()
    assert "stats" not in Client(headers={"Authorization": "Bearer x"}).get("/").json()
    stats = Client(headers=BEARER).get("/health").json()["stats"]
    assert (stats["totalRequests"], stats["activeRequests"]) == (1, 4)
    assert datetime.fromisoformat(stats["started"]) <= timezone.now()
    assert 10**6 < stats["memory"]["rss"] < 10**11


def test_health_without_a_database_is_health_all_the_same(db: None) -> None:
    def dead(*asked: object) -> None:
        raise OperationalError("The database is gone.")

    with connection.execute_wrapper(dead):
        answer = Client(headers=BEARER).get("/health")
    assert answer.status_code == 200
    assert answer.json()["stats"]["totalRequests"] is None


def test_every_endpoint_that_health_names_is_there(db: None) -> None:
    """The gateway's own stand before Django; their tests are in test_gateway.py."""
    named = Client().get("/health").json()["endpoints"]
    ours = [path for path in named if "/v1/" not in path]
    assert len(ours) == len(named) - 2
    assert [path for path in ours if Client().get(path).status_code == 404] == []
