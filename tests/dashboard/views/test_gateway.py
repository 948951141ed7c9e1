import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from proxy.models import GatewayRequest
from tests import factories
from tests.dashboard.conftest import signed_in
from tokens.crypto import fingerprint
from tokens.models import Team, TokenLoad, Upstream, UpstreamToken

URL, CHECK = "/dashboard/gateway/", "/dashboard/gateway/check/"
HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def upstream(team: Team) -> Upstream:
    return Upstream.objects.create(name="Vendor", base_url="http://127.0.0.1:9")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    ids: list[int] = []

    def send(name: str, args: list[int], **options: object) -> None:
        ids.extend(args)

    monkeypatch.setattr("tokens.checking.current_app.send_task", send)
    return ids


def token(upstream: Upstream, team: Team, secret: str, **rest: Any) -> UpstreamToken:
    return UpstreamToken.objects.create(
        team=team,
        upstream=upstream,
        secret=secret,
        fingerprint=fingerprint(secret),
        machine_id="a" * 64,
        **rest,
    )


def line(client: Client, row: UpstreamToken) -> str:
    html = client.get(URL).content.decode()
    found = re.search(rf'<tr id="token-{row.pk}".*?</tr>', html, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "Ready"),
        (
            {"cause": "rate", "cool_until": 2 * HOUR, "last_error": "Slow down."},
            "Rests back in 2 hr : rate limit Slow down.",
        ),
        ({"cause": "fault", "strikes": 3, "cool_until": -HOUR}, "On trial"),
        ({"state": "dead", "last_error": "Not logged in."}, "Refused Not logged in."),
        ({"state": "disabled"}, "Switched off"),
        ({"expires_at": -HOUR}, "Expired"),
        ({"models_out": {"o1": "2999-01-01T00:00:00+00:00"}}, "Not for o1"),
        ({"owner_email": "ann@example.com"}, "ann@example.com · owner only"),
        ({"owner_email": "ann@example.com", "shared": True}, "· shared"),
        ({"weight": 3}, "weight 3"),
        ({"checked_at": -HOUR}, "checked 1 hr ago"),
    ],
)
def test_each_state_is_said(
    alice: Client, team: Team, upstream: Upstream, columns: dict[str, Any], said: str
) -> None:
    row = token(upstream, team, "canary-of-a-token-1234")
    at = now() + timedelta(seconds=5)
    values = {
        name: at + value if isinstance(value, timedelta) else value
        for name, value in columns.items()
    }
    UpstreamToken.objects.update(**values)
    text = line(alice, row).replace("60 min", "1 hr")
    assert said.replace(" :", ":") in text.replace(" :", ":")
    assert "canary" not in text


def test_what_a_token_carries_is_counted(
    alice: Client, team: Team, upstream: Upstream
) -> None:
    row = token(upstream, team, "one")
    TokenLoad.objects.create(token=row, process="a", in_flight=2, at=now())
    TokenLoad.objects.create(token=row, process="gone", in_flight=9, at=now() - HOUR)
    for number, outcome in enumerate(["ok", "ok", "failed"]):
        GatewayRequest.objects.create(
            request_id=f"req_{number}",
            team=team,
            caller="master",
            upstream_token=row,
            status=200,
            outcome=outcome,
            started_at=now() - HOUR,
            duration_ms=5,
        )
    assert "Under way 2 Requests in 24 hours 3 1 failed" in line(alice, row)


def test_a_check_is_asked_for_and_followed(
    alice: Client, team: Team, upstream: Upstream, sent: list[int]
) -> None:
    one, two = token(upstream, team, "one"), token(upstream, team, "two")
    off = token(upstream, team, "off", state="disabled")
    assert "every 2s" not in alice.get(URL).content.decode()
    answer = alice.post(CHECK, {"token": one.pk}, follow=True)
    assert "The check is under way." in answer.content.decode()
    assert "every 2s" in answer.content.decode()
    assert "Being checked" in line(alice, one)
    alice.post(CHECK)
    alice.post(CHECK, {"token": off.pk})
    assert sent == [one.pk, one.pk, two.pk, off.pk]


@pytest.mark.parametrize("named", ["0", "x", "-1", "9" * 400, "\x00"])
def test_a_token_that_is_not_there_is_not_checked(
    alice: Client, named: str, sent: list[int]
) -> None:
    assert alice.post(CHECK, {"token": named}).status_code == 404
    assert sent == []


def test_another_teams_token_is_out_of_reach(
    charlie: Client, team: Team, upstream: Upstream, sent: list[int]
) -> None:
    row = token(upstream, team, "one")
    assert charlie.post(CHECK, {"token": row.pk}).status_code == 404
    assert f"token-{row.pk}" not in charlie.get(URL).content.decode()
    assert sent == []


@pytest.mark.parametrize("role", ["member", "lead", "analyst"])
def test_only_admins_see_the_tokens(team: Team, role: str) -> None:
    factories.user("ann@example.com", team, role)
    client = signed_in("ann@example.com")
    for answer in (client.get(URL), client.post(CHECK)):
        assert answer.status_code == 403
    assert 'href="/dashboard/gateway/' not in client.get("/dashboard/").content.decode()


def test_without_tokens_it_says_where_to_enter_them(alice: Client) -> None:
    html = alice.get(URL).content.decode()
    assert "has no upstream token yet" in html
    assert 'href="/tokeninfo' in html


def test_many_tokens_cost_no_more_queries(
    alice: Client,
    team: Team,
    upstream: Upstream,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        token(upstream, team, f"token {number}")
    with django_assert_max_num_queries(10):
        alice.get(URL)
