from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from dashboard.models import UsageEvent
from tests import factories
from tests.dashboard.conftest import World
from tokens import api_keys
from tokens.models import ApiKey, Change, Team, User

KEY = "key_super_secret_1234"
MODELS = [m for m in admin.site._registry if m._meta.app_label != "proxy"]
READ_ONLY = {
    "member",
    "dailyusage",
    "spendsnapshot",
    "usageevent",
    "syncstate",
    "syncwindow",
    "syncrun",
    "capability",
    "quarantinedrow",
    "fieldseen",
    "auditevent",
    "billinggroup",
    "groupday",
    "groupmembership",
    "blocklistrepo",
    "blocklistrevision",
    "change",
    "attention",
    "apikey",
}


@pytest.mark.parametrize("model", MODELS)
def test_every_table_opens_and_can_be_searched(
    root: Client, world: World, model: type
) -> None:
    meta = model._meta  # type: ignore[attr-defined]
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    factories.event(world.team, world.today)
    assert root.get(url, {"q": "ada@example.com"}).status_code == 200
    assert admin.site._registry[model].search_fields


@pytest.mark.parametrize("model", MODELS)
def test_pulled_tables_are_looked_at_only(
    root: Client, world: World, model: type
) -> None:
    meta = model._meta  # type: ignore[attr-defined]
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_add")
    expected = 403 if meta.model_name in READ_ONLY else 200
    assert root.get(url).status_code == expected


def test_an_event_can_be_opened_and_not_changed(root: Client, world: World) -> None:
    event = factories.event(world.team, world.today)
    url = reverse("admin:dashboard_usageevent_change", args=[event.pk])
    assert root.get(url).status_code == 200
    assert root.post(url, {"model": "x"}).status_code == 403
    assert root.post(url.replace("change", "delete")).status_code == 403
    assert UsageEvent.objects.get().model == "gpt-5"


def test_only_staff_come_in(alice: Client, world: World) -> None:
    answer = alice.get("/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_the_brand_leads_back_to_the_dashboard(root: Client) -> None:
    html = root.get("/admin/").content.decode()
    assert "Teamgauge admin" in html
    assert '<a href="/dashboard/">Back to the dashboard</a>' in html


def team_form(root: Client, team: Team, **fields: str) -> str:
    url = reverse("admin:tokens_team_change", args=[team.pk])
    given = {
        "name": team.name,
        "slug": team.slug,
        "time_zone": "UTC",
        "admin_api_url": "https://api.cursor.com",
        "roles-TOTAL_FORMS": "0",
        "roles-INITIAL_FORMS": "0",
    }
    answer = root.post(url, given | fields, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_key_goes_in_and_never_comes_out(root: Client, team: Team) -> None:
    html = team_form(root, team, new_sync_key=KEY)
    team.refresh_from_db()
    assert team.sync_key.reveal() == KEY
    url = reverse("admin:tokens_team_change", args=[team.pk])
    html += root.get(url).content.decode()
    assert KEY not in html
    assert "…1234 is stored" in html


def test_an_empty_field_keeps_the_key_and_a_mark_removes_it(
    root: Client, team: Team
) -> None:
    team_form(root, team, new_sync_key=KEY)
    team_form(root, team, name="Renamed")
    team.refresh_from_db()
    assert (team.name, team.sync_key.reveal()) == ("Renamed", KEY)
    team_form(root, team, remove_sync_key="on")
    team.refresh_from_db()
    assert not team.sync_key


def test_who_changed_a_key_is_written_down_without_it(root: Client, team: Team) -> None:
    team_form(root, team, new_sync_key=KEY)
    change = Change.objects.get()
    assert (change.actor, change.action) == ("root@example.com", "team.edit")
    assert (change.before, change.after) == ({}, {"sync_key": "changed"})


def test_the_demos_team_takes_no_real_key(root: Client, team: Team) -> None:
    Team.objects.update(is_demo=True)
    team_form(root, team, new_sync_key=KEY)
    team.refresh_from_db()
    assert not team.sync_key


def test_a_wrong_time_zone_is_refused(root: Client, team: Team) -> None:
    assert "Europe/Berlin" in team_form(root, team, time_zone="Mars/Base")


def test_keys_of_callers_are_revoked_and_written_down(root: Client, team: Team) -> None:
    issued = api_keys.issue(team, "ada@example.com", actor="a test")
    url = reverse("admin:tokens_apikey_changelist")
    given = {"action": "revoke", "_selected_action": [issued.key.pk]}
    assert "1 key revoked" in root.post(url, given, follow=True).content.decode()
    assert ApiKey.objects.get().revoked_at is not None
    assert Change.objects.filter(actor="root@example.com").exists()


def test_the_digest_of_a_key_is_shown_nowhere(root: Client, team: Team) -> None:
    key = api_keys.issue(team, "ada@example.com", actor="a test").key
    url = reverse("admin:tokens_apikey_change", args=[key.pk])
    html = root.get(url).content.decode()
    assert key.public_id in html
    assert key.digest not in html
    assert "igest" not in html


def test_a_user_is_made_by_email(root: Client) -> None:
    given = {
        "email": "New@Example.com",
        "usable_password": "true",
        "password1": factories.PASSWORD,
        "password2": factories.PASSWORD,
        "roles-TOTAL_FORMS": "0",
        "roles-INITIAL_FORMS": "0",
    }
    answer = root.post(reverse("admin:tokens_user_add"), given)
    assert answer.status_code == 302
    assert User.objects.filter(email="new@example.com").exists()


def test_a_users_page_opens(root: Client, team: Team) -> None:
    made = factories.user("ada@example.com", team, "admin")
    url = reverse("admin:tokens_user_change", args=[made.pk])
    html = root.get(url).content.decode()
    assert "ada@example.com" in html
    assert datetime.now(UTC).strftime("%Y") in html
