"""Whatever people do on the admin site leaves a `Change`, and no secret in it."""

import json
from collections.abc import Mapping

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_str

from tests import factories
from tests.tokens.conftest import AddToken
from tokens.models import Change, Team, TeamRole, Upstream, User

KEY = "key_super_secret_1234"
NEW_PASSWORD = "another-Long-phrase-8"
NO_ROLES = {"roles-TOTAL_FORMS": "0", "roles-INITIAL_FORMS": "0"}


@pytest.fixture
def boss(db: None) -> Client:
    client = Client()
    user = factories.user("boss@example.org", is_staff=True, is_superuser=True)
    client.force_login(user)
    return client


@pytest.fixture
def ann(db: None) -> User:
    return factories.user("ann@example.org", is_active=True)


def post(client: Client, name: str, given: Mapping[str, object], *pk: int) -> None:
    verb = "change" if pk else "add"
    answer = client.post(reverse(f"admin:tokens_{name}_{verb}", args=pk), given)
    assert answer.status_code == 302, force_str(answer.content)


def written() -> Change:
    """The only one, by the one who did it."""
    change = Change.objects.get()
    assert change.actor == "boss@example.org"
    return change


def kept() -> str:
    return json.dumps(list(Change.objects.values("subject", "before", "after")))


def test_an_edit_of_a_user_holds_what_differs(boss: Client, ann: User) -> None:
    given = {"email": ann.email, "name": "Ann", "is_staff": "on", **NO_ROLES}
    post(boss, "user", given, ann.pk)
    change = written()
    assert (change.action, change.subject) == ("user.edit", "ann@example.org")
    assert change.before == {"name": "", "is_active": True, "is_staff": False}
    assert change.after == {"name": "Ann", "is_active": False, "is_staff": True}


def test_an_edit_that_changes_nothing_is_none(boss: Client, ann: User) -> None:
    given = {"email": ann.email, "name": "", "is_active": "on", **NO_ROLES}
    post(boss, "user", given, ann.pk)
    assert not Change.objects.exists()


def test_a_new_password_is_said_to_be_changed(boss: Client, ann: User) -> None:
    url = reverse("admin:auth_user_password_change", args=[ann.pk])
    wrong = {"password1": NEW_PASSWORD, "password2": "typo"}
    assert boss.post(url, wrong).status_code == 200
    assert not Change.objects.exists()
    right = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert boss.post(url, right).status_code == 302
    change = written()
    assert (change.action, change.before) == ("user.edit", {})
    assert change.after == {"password": "changed"}


def test_a_new_user_and_a_lost_one_are_written_down(boss: Client) -> None:
    passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    given = {"email": "new@example.org", "usable_password": "true", **passwords}
    post(boss, "user", given | NO_ROLES)
    change = written()
    assert (change.action, change.before) == ("user.add", None)
    assert change.after is not None
    assert change.after["email"] == "new@example.org"
    assert change.after["password"] == "changed"
    new = User.objects.get(email="new@example.org")
    boss.post(reverse("admin:tokens_user_delete", args=[new.pk]), {"post": "yes"})
    assert Change.objects.get(action="user.delete").after is None
    assert new.password not in kept()


def test_a_role_is_written_down_on_its_page_and_in_a_team(
    boss: Client, ann: User, team: Team
) -> None:
    post(boss, "teamrole", {"user": ann.pk, "team": team.pk, "role": "lead"})
    change = written()
    assert (change.action, change.team) == ("team_role.add", team)
    role = TeamRole.objects.get()
    inline = {"id": role.pk, "user": ann.pk, "team": team.pk, "role": "admin"}
    given = team_fields(team) | {"roles-TOTAL_FORMS": 1, "roles-INITIAL_FORMS": 1}
    given |= {f"roles-0-{name}": value for name, value in inline.items()}
    post(boss, "team", given, team.pk)
    change = Change.objects.get(action="team_role.edit")
    assert (change.before, change.after) == ({"role": "lead"}, {"role": "admin"})
    post(boss, "team", given | {"roles-0-DELETE": "on"}, team.pk)
    gone = Change.objects.get(action="team_role.delete").before
    assert gone == {"user": "ann@example.org", "team": "Acme", "role": "admin"}
    assert Change.objects.count() == 3


def team_fields(team: Team, **fields: object) -> dict[str, object]:
    given = {"name": team.name, "slug": team.slug, "time_zone": team.time_zone}
    return {**given, "admin_api_url": team.admin_api_url, **NO_ROLES, **fields}


def test_every_field_of_a_team_is_written_down_and_no_key(
    boss: Client, team: Team
) -> None:
    url = "https://someone:hunter2@api.example.org"
    given = team_fields(team, time_zone="Asia/Tokyo", admin_api_url=url)
    post(boss, "team", given | {"new_sync_key": KEY}, team.pk)
    change = written()
    before = {"time_zone": "UTC", "admin_api_url": "https://api.cursor.com"}
    assert (change.action, change.subject, change.team) == ("team.edit", "acme", team)
    assert change.before == before
    assert change.after == {
        "time_zone": "Asia/Tokyo",
        "admin_api_url": "https://…@api.example.org",
        "sync_key": "changed",
    }
    assert "hunter2" not in kept() and KEY not in kept() and KEY[-4:] not in kept()


def test_a_key_that_cannot_be_opened_can_be_replaced(boss: Client, team: Team) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tokens_team SET sync_key = 'lost'")
    post(boss, "team", team_fields(team, new_sync_key=KEY), team.pk)
    assert written().after == {"sync_key": "changed"}


def test_an_upstream_is_written_down_and_what_goes_with_it(
    boss: Client, upstream: Upstream, add_token: AddToken
) -> None:
    add_token("canary-token", alias="Ann")
    fields = {"name": "Vendor", "kind": upstream.kind, "options": '{"slow_pool": true}'}
    post(boss, "upstream", fields | {"base_url": upstream.base_url}, upstream.pk)
    change = written()
    assert (change.action, change.subject) == ("upstream.edit", "Vendor")
    assert change.before == {"options": {}}
    assert change.after == {"options": {"slow_pool": True}}
    url = reverse("admin:tokens_upstream_delete", args=[upstream.pk])
    assert boss.post(url, {"post": "yes"}).status_code == 302
    gone = Change.objects.filter(action__endswith=".delete").values_list("action")
    assert sorted(gone) == [("upstream.delete",), ("upstream_token.delete",)]
    assert "canary" not in kept()


def test_a_tokens_secret_and_machine_are_said_to_be_changed(
    boss: Client, add_token: AddToken
) -> None:
    token = add_token("canary-token", alias="Ann")
    given = {"team": token.team_id, "upstream": token.upstream_id, "alias": "Bob"}
    secrets = {"new_secret": "newer-canary", "new_checksum": f"3HFzbBm6{'1' * 64}"}
    post(boss, "upstreamtoken", given | {"state": "active"} | secrets, token.pk)
    change = written()
    assert change.subject == f"upstream token {token.pk}"
    assert change.before == {"alias": "Ann"}
    assert change.after is not None
    assert change.after["alias"] == "Bob"
    assert change.after["secret"] == change.after["machine_id"] == "changed"
    assert "canary" not in kept() and "1" * 64 not in kept()
