"""What staff may do on the admin site, and what only superusers may."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.tokens.conftest import AddToken
from tokens.models import Team, Upstream, UpstreamToken, User

Staff = Callable[..., Client]
SUPERUSER = "boss@example.org"
NO_ROLES = {"roles-TOTAL_FORMS": "0", "roles-INITIAL_FORMS": "0"}
POWERS = {"is_staff": "on", "is_superuser": "on", "is_active": "on"}
THEIRS = "https://elsewhere.example.net"


@pytest.fixture
def staff(db: None) -> Staff:
    """Somebody who may open the admin site and has these permissions only."""

    def sign_in(*codenames: str) -> Client:
        user = factories.user("staff@example.org", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def superuser(db: None) -> Client:
    client = Client()
    boss = factories.user(SUPERUSER, is_staff=True, is_superuser=True)
    client.force_login(boss)
    return client


def page(name: str, pk: int, verb: str = "change") -> str:
    return reverse(f"admin:tokens_{name}_{verb}", args=[pk])


def user_form(user: User, **fields: object) -> dict[str, object]:
    return {"email": user.email, "name": "Ann", **NO_ROLES, **fields}


def test_staff_give_nobody_more_rights_not_even_themselves(staff: Staff) -> None:
    client = staff("change_user", "view_user")
    user = User.objects.get()
    every = [p.pk for p in Permission.objects.all()]
    given = user_form(user, **POWERS, user_permissions=every)
    assert client.post(page("user", user.pk), given).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.is_staff, user.is_superuser) == ("Ann", True, False)
    assert user.user_permissions.count() == 2


def test_superusers_give_rights(superuser: Client) -> None:
    user = factories.user("ann@example.org")
    given = user_form(user, **POWERS)
    assert superuser.post(page("user", user.pk), given).status_code == 302
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (True, True)


def test_staff_cannot_touch_a_superuser(staff: Staff) -> None:
    client = staff("change_user", "view_user", "delete_user", "delete_teamrole")
    boss = factories.user(SUPERUSER, is_superuser=True)
    new = {"password1": "another-Long-phrase-8", "password2": "another-Long-phrase-8"}
    passwords = reverse("admin:auth_user_password_change", args=[boss.pk])
    assert client.post(page("user", boss.pk), user_form(boss)).status_code == 403
    assert client.post(passwords, new).status_code == 403
    sure = {"post": "yes"}
    assert client.post(page("user", boss.pk, "delete"), sure).status_code == 403
    chosen = sure | {"action": "delete_selected", "_selected_action": str(boss.pk)}
    client.post(reverse("admin:tokens_user_changelist"), chosen)
    assert User.objects.get(pk=boss.pk).password == boss.password
    shown = client.get(page("user", boss.pk)).content.decode()
    assert SUPERUSER in shown
    assert boss.password not in shown


def test_staff_set_the_password_of_everybody_else(staff: Staff) -> None:
    client, user = staff("change_user"), factories.user("ann@example.org")
    new = {"password1": "another-Long-phrase-8", "password2": "another-Long-phrase-8"}
    passwords = reverse("admin:auth_user_password_change", args=[user.pk])
    assert client.post(passwords, new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another-Long-phrase-8")


def team_form(team: Team) -> dict[str, object]:
    given = {"name": "Renamed", "slug": team.slug, "time_zone": "UTC"}
    return {**given, "admin_api_url": THEIRS, **NO_ROLES}


def test_only_superusers_send_a_teams_key_elsewhere(
    staff: Staff, superuser: Client, team: Team
) -> None:
    for client, expected in (
        (staff("change_team"), team.admin_api_url),
        (superuser, THEIRS),
    ):
        assert client.post(page("team", team.pk), team_form(team)).status_code == 302
        team.refresh_from_db()
        assert (team.name, team.admin_api_url) == ("Renamed", expected)


def test_staff_who_may_only_look_can_open_the_demos_team(staff: Staff) -> None:
    demo = factories.team("demo", is_demo=True)
    assert staff("view_team").get(page("team", demo.pk)).status_code == 200


def test_only_superusers_send_stored_tokens_elsewhere(
    staff: Staff, superuser: Client, upstream: Upstream
) -> None:
    given = {"name": "New", "kind": upstream.kind, "base_url": THEIRS, "options": "{}"}
    for client, expected in (
        (staff("change_upstream"), upstream.base_url),
        (superuser, THEIRS),
    ):
        answer = client.post(page("upstream", upstream.pk), given)
        assert answer.status_code == 302
        upstream.refresh_from_db()
        assert (upstream.name, upstream.base_url) == ("New", expected)


def test_only_superusers_move_a_token_to_another_upstream(
    staff: Staff, superuser: Client, add_token: AddToken, upstream: Upstream
) -> None:
    token = add_token("some-token")
    other = Upstream.objects.create(name="Other", base_url=THEIRS)
    given = {"team": token.team_id, "upstream": other.pk, "alias": "Ann"}
    given |= {"state": "active", "new_secret": "", "new_checksum": ""}
    for client, expected in (
        (staff("change_upstreamtoken"), upstream),
        (superuser, other),
    ):
        answer = client.post(page("upstreamtoken", token.pk), given)
        assert answer.status_code == 302
        stored = UpstreamToken.objects.get()
        assert (stored.alias, stored.upstream) == ("Ann", expected)
