from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from proxy.admin_forms import UpstreamTokenForm
from proxy.models import GatewayRequest, OfferedModel
from tests.tokens.conftest import AddToken
from tokens import pool
from tokens.crypto import fingerprint
from tokens.health import Cause
from tokens.models import Attention, Change, Team, Upstream, UpstreamToken, User
from tokens.pool import POOL

LIST = reverse("admin:tokens_upstreamtoken_changelist")
ADD = reverse("admin:tokens_upstreamtoken_add")
CHECKSUM = f"3HFzbBm6{'1' * 64}/{'2' * 64}"


@pytest.fixture
def admin(db: None, settings: Settings) -> Iterator[Client]:
    settings.STORAGES = {
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
    }
    client = Client()
    client.force_login(User.objects.create_superuser("admin@example.org", "x"))
    yield client


@pytest.fixture
def form(team: Team, upstream: Upstream) -> dict[str, object]:
    return {
        "team": team.pk,
        "upstream": upstream.pk,
        "alias": "Ann",
        "owner_email": "ann@example.org",
        "weight": 1,
        "state": "active",
        "new_secret": "user_01%3A%3Acanary-token-1234",
        "new_checksum": "",
    }


def change_page(token: UpstreamToken) -> str:
    return reverse("admin:tokens_upstreamtoken_change", args=[token.pk])


def test_a_new_token_is_read_like_a_line_of_the_file(
    admin: Client, form: dict[str, object]
) -> None:
    assert admin.post(ADD, form).status_code == 302
    token = UpstreamToken.objects.get()
    assert token.secret.reveal() == "canary-token-1234"
    assert token.fingerprint == fingerprint("canary-token-1234")
    assert len(token.machine_id) == len(token.mac_id) == 64
    change = Change.objects.get()
    assert (change.actor, change.action) == ("admin@example.org", "upstream_token.add")
    assert "canary" not in str(Change.objects.values().get())


def test_no_page_shows_more_than_the_last_four(
    admin: Client, form: dict[str, object]
) -> None:
    admin.post(ADD, form | {"new_checksum": CHECKSUM})
    token = UpstreamToken.objects.get()
    assert token.machine_id == "1" * 64
    for page in (LIST, change_page(token)):
        shown = admin.get(page).content.decode()
        assert "…1234" in shown
        assert "canary" not in shown
        assert "1" * 64 not in shown


def test_a_blank_secret_keeps_the_one_that_is_there(
    admin: Client, form: dict[str, object]
) -> None:
    admin.post(ADD, form)
    token = UpstreamToken.objects.get()
    changed = form | {"new_secret": "", "alias": "Bob"}
    assert admin.post(change_page(token), changed).status_code == 302
    again = UpstreamToken.objects.get()
    assert again.alias == "Bob"
    assert again.secret.reveal() == "canary-token-1234"
    assert again.machine_id == token.machine_id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"new_secret": ""}, "A new token needs its secret."),
        ({"new_secret": "two words"}, "a token has no spaces"),
        ({"new_checksum": "abc"}, "the checksum is not"),
    ],
)
def test_a_form_that_is_wrong_says_so(
    admin: Client, form: dict[str, object], changes: dict[str, str], sentence: str
) -> None:
    answer = admin.post(ADD, form | changes)
    assert sentence in answer.content.decode()
    assert not UpstreamToken.objects.exists()


def test_the_same_token_twice_and_a_foreign_upstream_are_refused(
    admin: Client, form: dict[str, object]
) -> None:
    admin.post(ADD, form)
    assert "has this token already" in admin.post(ADD, form).content.decode()
    other = Team.objects.create(slug="other", name="Other")
    theirs = Upstream.objects.create(name="Theirs", team=other, base_url="http://x")
    answer = admin.post(ADD, form | {"upstream": theirs.pk})
    assert "belongs to another team" in answer.content.decode()
    assert UpstreamToken.objects.count() == 1


def test_a_check_is_asked_for_and_becomes_a_job(
    admin: Client, add_token: AddToken
) -> None:
    token = add_token("some-token", alias="Ann")
    chosen = {"action": "check_now", "_selected_action": [token.pk]}
    said = admin.post(LIST, chosen, follow=True).content.decode()
    assert "The check is under way" in said
    token.refresh_from_db()
    assert token.check_at is not None


def test_an_edit_leaves_alone_what_the_pool_wrote_meanwhile(
    admin: Client, form: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.post(ADD, form)
    token = UpstreamToken.objects.get()
    until = token.created_at
    read = UpstreamTokenForm.clean

    def meanwhile(self: UpstreamTokenForm) -> dict[str, object]:
        UpstreamToken.objects.update(cool_until=until, strikes=2, health_version=7)
        return read(self)

    monkeypatch.setattr(UpstreamTokenForm, "clean", meanwhile)
    changed = form | {"new_secret": "", "shared": "on", "weight": 3}
    assert admin.post(change_page(token), changed).status_code == 302
    token.refresh_from_db()
    assert (token.shared, token.weight) == (True, 3)
    assert (token.cool_until, token.strikes, token.health_version) == (until, 2, 7)


@pytest.mark.parametrize(
    ("changes", "strikes"),
    [({"new_secret": "another-token-5678"}, 0), ({"alias": "Bob"}, 2)],
)
def test_a_new_secret_begins_anew(
    admin: Client, form: dict[str, object], changes: dict[str, object], strikes: int
) -> None:
    admin.post(ADD, form)
    token = UpstreamToken.objects.get()
    UpstreamToken.objects.update(strikes=2, cause="rate", cool_until=token.created_at)
    admin.post(change_page(token), form | {"new_secret": ""} | changes)
    token.refresh_from_db()
    assert token.strikes == strikes


def test_a_person_lets_a_dead_token_in_again(
    admin: Client, form: dict[str, object]
) -> None:
    admin.post(ADD, form)
    token = UpstreamToken.objects.get()
    lease = pool.opened(token)
    POOL.failed(lease, Cause.REJECTED, "Not logged in.")
    assert Attention.objects.get().cleared_at is None
    admin.post(change_page(token), form | {"new_secret": "", "state": "active"})
    token.refresh_from_db()
    assert (token.state, token.cause, token.last_error) == ("active", "", "")
    assert Attention.objects.get().cleared_at is not None


def test_a_deleted_token_is_written_down(admin: Client, add_token: AddToken) -> None:
    token = add_token("some-token", alias="Ann")
    chosen = {"action": "delete_selected", "_selected_action": [token.pk]}
    admin.post(LIST, chosen | {"post": "yes"})
    assert not UpstreamToken.objects.exists()
    assert Change.objects.get().action == "upstream_token.delete"


def test_requests_are_found_and_cannot_be_edited(admin: Client, team: Team) -> None:
    request = GatewayRequest.objects.create(
        request_id="req_canary",
        team=team,
        caller="master",
        status=200,
        outcome="ok",
        started_at="2026-01-01T00:00:00Z",
        duration_ms=5,
    )
    page = reverse("admin:proxy_gatewayrequest_changelist")
    assert "master" in admin.get(page, {"q": "req_canary"}).content.decode()
    assert "0 gateway requests" in admin.get(page, {"q": "other"}).content.decode()
    one = reverse("admin:proxy_gatewayrequest_change", args=[request.pk])
    assert admin.get(one).status_code == 200
    assert admin.post(one, {"status": 500}).status_code == 403


def test_a_listed_model_that_a_person_changed_is_theirs(
    admin: Client, upstream: Upstream
) -> None:
    row = OfferedModel.objects.create(name="m", upstream=upstream, origin="listed")
    page = reverse("admin:proxy_offeredmodel_change", args=[row.pk])
    form = {"name": "m", "upstream": upstream.pk, "owned_by": "x", "position": 3}
    assert admin.post(page, form).status_code == 302
    row.refresh_from_db()
    assert (row.origin, row.enabled) == ("entered", False)


def test_an_upstream_is_asked_for_its_models_from_its_page(
    admin: Client, upstream: Upstream
) -> None:
    page = reverse("admin:tokens_upstream_changelist")
    chosen = {"action": "refresh_models", "_selected_action": [upstream.pk]}
    answer = admin.post(page, chosen, follow=True)
    assert "has no token to ask with" in answer.content.decode()
