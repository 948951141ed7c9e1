"""A member's own upstream tokens, given and taken back by the member."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.dashboard.conftest import signed_in
from tests.tokens.conftest import folder
from tokens import own
from tokens.crypto import fingerprint
from tokens.models import Change, Team, UpstreamToken
from tokens.places import vendor_upstream

__all__ = ["folder"]
URL = "/dashboard/me/tokens/"
CLAIMS = base64.urlsafe_b64encode(json.dumps({"exp": 4102444800}).encode()).decode()
TOKEN = f"eyJhbGciOiJIUzI1NiJ9.{CLAIMS}.canary-signature"
pytestmark = pytest.mark.usefixtures("folder", "unsent")


@pytest.fixture
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tokens.checking.current_app.send_task", lambda *_, **__: None)


def give(client: Client, text: str = TOKEN) -> Any:
    return client.post(URL, {"do": "give", "token": text})


def html(answer: Any) -> str:
    return str(answer.content.decode())


def existing(team: Team, **fields: Any) -> UpstreamToken:
    return UpstreamToken.objects.create(
        team=team,
        upstream=vendor_upstream(""),
        secret=TOKEN,
        fingerprint=fingerprint(TOKEN),
        machine_id="a" * 64,
        **fields,
    )


@pytest.mark.parametrize("before", ["", "user_01AB::", "user_01AB%3A%3A"])
@pytest.mark.parametrize("role", ["member", "lead", "analyst", "admin"])
def test_a_member_gives_a_token_in_each_form_and_it_is_theirs_alone(
    team: Team, role: str, before: str
) -> None:
    factories.user("bo@example.com", team, role)
    assert give(signed_in("bo@example.com"), before + TOKEN)["Location"] == URL
    row = UpstreamToken.objects.get()
    assert row.secret.reveal() == TOKEN
    assert (row.team, row.owner_email, row.shared) == (team, "bo@example.com", False)
    assert row.alias == ("user_01AB" if before else "")
    assert row.check_at is not None


def test_it_is_shown_masked_with_its_health_and_expiry(bob: Client) -> None:
    give(bob)
    page = html(bob.get(URL))
    assert "…ture" in page
    assert "owner only" in page
    assert "Ready" in page
    assert 'datetime="2100-01-01' in page
    assert "falls under the vendor’s terms" in page
    assert TOKEN[:20] not in page


def test_each_step_is_written_down_without_the_secret(bob: Client) -> None:
    give(bob)
    bob.post(URL, {"do": "remove", "token": UpstreamToken.objects.get().pk})
    rows = Change.objects.order_by("pk")
    assert [row.action.partition(".")[2] for row in rows] == [
        "import",
        "edit",
        "remove",
    ]
    assert {row.actor for row in rows} == {"bob@example.com"}
    assert TOKEN[:20] not in repr(list(rows.values()))


def test_a_removed_token_is_out_at_once_and_may_come_back(
    bob: Client, folder: Path
) -> None:
    (folder / ".token").write_text("")
    give(bob)
    assert TOKEN in (folder / ".token").read_text()
    bob.post(URL, {"do": "remove", "token": UpstreamToken.objects.get().pk})
    row = UpstreamToken.objects.get()
    assert (row.state, row.removed_at is None) == ("disabled", False)
    assert TOKEN not in (folder / ".token").read_text()
    assert "…ture" not in html(bob.get(URL))
    assert give(bob).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.removed_at) == ("active", None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"owner_email": "ann@example.com"}, "not as yours"),
        ({}, "not as yours"),
        ({"owner_email": "bob@example.com", "state": "disabled"}, "An admin"),
    ],
)
def test_what_is_anothers_or_an_admins_decision_stays(
    bob: Client, team: Team, fields: dict[str, str], said: str
) -> None:
    row = existing(team, **fields)
    answer = give(bob)
    assert answer.status_code == 400
    assert said in html(answer)
    after = UpstreamToken.objects.get(pk=row.pk)
    assert (after.owner_email, after.state) == (row.owner_email, row.state)
    if fields.get("owner_email") != "bob@example.com":
        assert bob.post(URL, {"do": "remove", "token": row.pk}).status_code == 404
        assert f'id="token-{row.pk}"' not in html(bob.get(URL))


@pytest.mark.parametrize("text", ["", "two words", "…ture~1", f"{TOKEN},…aaaa~1"])
def test_what_is_no_token_is_refused_and_never_shown_again(
    bob: Client, team: Team, text: str
) -> None:
    existing(team, owner_email="ann@example.com")
    answer = give(bob, text)
    assert answer.status_code == 400
    assert "field-error" in html(answer)
    assert TOKEN[:20] not in html(answer)
    assert UpstreamToken.objects.count() == 1


def test_one_person_has_a_few_tokens_at_most(bob: Client) -> None:
    for number in range(own.MOST):
        assert give(bob, f"token-number-{number}").status_code == 302
    assert give(bob, "token-number-0").status_code == 302
    assert give(bob, "one-token-more").status_code == 400
    assert UpstreamToken.objects.count() == own.MOST


@pytest.mark.parametrize("number", ["", "x", "999", "9" * 400])
def test_a_token_that_is_not_there_cannot_be_removed(bob: Client, number: str) -> None:
    assert bob.post(URL, {"do": "remove", "token": number}).status_code == 404


def test_the_demo_takes_no_real_token(team: Team, bob: Client) -> None:
    Team.objects.update(is_demo=True)
    assert "Give your token" not in html(bob.get(URL))
    assert give(bob).status_code == 403
    assert not UpstreamToken.objects.exists()


def test_another_site_cannot_give_one(team: Team) -> None:
    factories.user("bob@example.com", team, "member")
    client = Client(enforce_csrf_checks=True)
    client.login(username="bob@example.com", password=factories.PASSWORD)
    assert give(client).status_code == 403
    assert not UpstreamToken.objects.exists()


def test_my_usage_leads_there(bob: Client) -> None:
    assert f'href="{URL}"' in html(bob.get("/dashboard/me/"))
