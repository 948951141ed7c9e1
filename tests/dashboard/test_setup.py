"""`manage.py setup`: safe to run again, and it takes nothing back."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test.utils import override_settings

from dashboard import demo
from dashboard.demo import demo_is_on
from tokens.models import Team, TeamRole, Upstream, UpstreamToken, User

pytestmark = pytest.mark.django_db
PASSWORD = "a-Long-pass-phrase-7"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: Any) -> Path:
    """A fresh installation: demo on automatic, no files, nothing generated."""
    settings.DEMO = "auto"
    settings.AUTH_TOKEN, settings.AUTH_TOKEN_FILE = "", tmp_path / "auth_token"
    settings.TOKEN_FILE = tmp_path / ".token"
    settings.TOKEN_LIST_FILE = tmp_path / ".token-list"
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path


def setup() -> str:
    out = StringIO()
    call_command("setup", stdout=out)
    return out.getvalue()


def test_a_newcomer_gets_the_demo_and_says_so() -> None:
    said = setup()
    team = Team.objects.get()
    assert (team.slug, team.is_demo) == (demo.TEAM_SLUG, True)
    assert team.admin_api_url == settings.SIMULATOR_URL
    assert UpstreamToken.objects.get().upstream.base_url == settings.SIMULATOR_URL
    assert "invented" in said


def test_a_second_run_changes_nothing_and_shows_no_secret_again(place: Path) -> None:
    first = setup()
    user, token = User.objects.get(), (place / "auth_token").read_text().strip()
    assert token in first
    second = setup()
    assert token not in second
    assert token[-4:] in second
    assert User.objects.get().password == user.password
    assert "shown this once" not in second
    assert Team.objects.count() == UpstreamToken.objects.count() == 1


def test_a_generated_password_signs_in() -> None:
    said = setup()
    password = next(li for li in said.splitlines() if "  password" in li).split()[-1]
    user = User.objects.get()
    assert user.email == "admin@localhost"
    assert user.check_password(password)
    assert user.is_superuser
    assert TeamRole.objects.get(user=user).role == "admin"


@override_settings(ADMIN_EMAIL="Boss@Example.org", ADMIN_PASSWORD=PASSWORD)
def test_a_given_password_is_used_not_shown_and_never_changed_later() -> None:
    assert PASSWORD not in setup()
    user = User.objects.get(email="boss@example.org")
    assert user.check_password(PASSWORD)
    with override_settings(ADMIN_PASSWORD="another-Long-phrase-8"):
        setup()
    assert User.objects.get().check_password(PASSWORD)


@override_settings(ADMIN_PASSWORD="12345")
def test_a_weak_password_stops_the_setup_by_its_name() -> None:
    with pytest.raises(ImproperlyConfigured, match="ADMIN_PASSWORD is too weak"):
        setup()
    assert not User.objects.exists()


@override_settings(ADMIN_EMAIL="nobody")
def test_a_bad_address_stops_the_setup_by_its_name() -> None:
    with pytest.raises(ImproperlyConfigured, match="ADMIN_EMAIL"):
        setup()


@override_settings(CURSOR_ADMIN_API_KEY="crsr_real", CURSOR_ADMIN_API_URL="")
def test_a_real_key_makes_the_first_team_and_no_demo() -> None:
    setup()
    team = Team.objects.get()
    assert (team.slug, team.is_demo) == ("default", False)
    assert team.sync_key.reveal() == "crsr_real"
    assert team.admin_api_url == "https://api.cursor.com"
    assert not demo_is_on()


def test_a_real_key_beside_the_demo_leaves_the_demos_rows_labelled() -> None:
    setup()
    with override_settings(CURSOR_ADMIN_API_KEY="crsr_real"):
        setup()
    assert set(Team.objects.values_list("slug", "is_demo")) == {
        ("demo", True),
        ("default", False),
    }
    assert not demo_is_on()
    default = Team.objects.default()
    assert default is not None
    assert default.slug == "default"


@override_settings(DEMO="off")
def test_without_demo_and_key_there_is_an_empty_team_and_a_hint() -> None:
    assert "no Admin API key" in setup()
    assert Team.objects.get().slug == "default"


@override_settings(CURSOR_CHAT_API_URL="http://127.0.0.1:9")
def test_tokens_of_the_file_belong_to_the_real_team(place: Path) -> None:
    (place / ".token").write_text("# ours\nalias::token1\nbad line\n")
    said = setup()
    token = UpstreamToken.objects.get()
    assert (token.alias, token.secret.reveal()) == ("alias", "token1")
    assert token.upstream.base_url == "http://127.0.0.1:9"
    assert not token.team.is_demo
    assert ".token:3:" in said
    assert "token1" not in said
    setup()
    assert UpstreamToken.objects.count() == 1


def test_tokens_of_the_file_are_something_real_so_there_is_no_demo(place: Path) -> None:
    (place / ".token").write_text("token1\n")
    setup()
    assert not demo_is_on()
    assert not Team.objects.filter(is_demo=True).exists()


@override_settings(DEMO="on", CURSOR_ADMIN_API_URL="http://127.0.0.1:8")
def test_a_variable_that_is_set_wins_over_the_simulators_address() -> None:
    setup()
    assert Team.objects.get(slug="demo").admin_api_url == "http://127.0.0.1:8"
    upstream = Upstream.objects.get(name=demo.UPSTREAM_NAME)
    assert upstream.base_url == settings.SIMULATOR_URL


@pytest.mark.parametrize("switch", ["on", "off"])
def test_a_renamed_upstream_is_no_reason_to_make_another(
    settings: Any, place: Path, switch: str
) -> None:
    settings.DEMO = switch
    (place / ".token").write_text("token1\n")
    setup()
    rows = Upstream.objects.order_by("pk")
    known = list(rows.values_list("pk", "origin"))
    for row in rows:
        Upstream.objects.filter(pk=row.pk).update(name=f"Ours {row.pk}")
    setup()
    assert list(rows.values_list("pk", "origin")) == known
    assert UpstreamToken.objects.filter(team__is_demo=False).count() == 1


def test_an_upstream_of_an_earlier_setup_is_known_by_its_name() -> None:
    setup()
    Upstream.objects.update(origin=None)
    setup()
    found = Upstream.objects.order_by("origin").values_list("origin", flat=True)
    assert list(found) == ["demo", "vendor"]


def test_secrets_are_not_readable_in_the_tables(django_db_blocker: Any) -> None:
    from django.db import connection

    setup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sync_key FROM tokens_team")
        (stored,) = cursor.fetchone()
    assert demo.ADMIN_KEY not in stored
    assert repr(Team.objects.get().sync_key) == "Secret(…)"
    assert str(Team.objects.get().sync_key) == "…-key"
