import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from tokens import api_keys
from tokens.models import ApiKey, Change, Team


def create(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as error:
        create(*arguments)
    assert error.value.returncode == 2
    assert not ApiKey.objects.exists()
    return str(error.value)


def test_the_key_is_alone_on_the_last_line(team: Team) -> None:
    out, err = create("Ann@Example.org")
    key = api_keys.check(out.strip(), datetime.now(UTC))
    assert out == f"{out.strip()}\n"
    assert (key.owner_email, key.team, key.allowed_models) == (
        "ann@example.org",
        team,
        [],
    )
    assert "ann@example.org" in err
    assert out.strip() not in err
    assert Change.objects.get().actor == "create_api_key"


def test_models_and_a_last_day_are_kept(team: Team) -> None:
    Team.objects.update(time_zone="Europe/Berlin")
    create("a@b.org", "--models", "o1, gpt-4,o1", "--expires", "2099-01-31")
    key = ApiKey.objects.get()
    assert key.allowed_models == ["o1", "gpt-4"]
    assert key.expires_at == datetime(2099, 1, 31, 23, 0, tzinfo=UTC)


def test_a_moment_is_taken_as_it_is(team: Team) -> None:
    create("a@b.org", "--expires", "2099-01-31T12:00:00Z")
    assert ApiKey.objects.get().expires_at == datetime(2099, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("email", ["", "ann", "ann@", "a b@c.org"])
def test_a_bad_address_is_named(team: Team, email: str) -> None:
    assert repr(email) in refusal(email)


def test_an_unknown_model_is_named(team: Team) -> None:
    assert "'gpt-9'" in refusal("a@b.org", "--models", "o1,gpt-9")
    assert "no model" in refusal("a@b.org", "--models", ",")


@pytest.mark.parametrize("date", ["soon", "2099-13-01", "2020-01-01"])
def test_a_bad_or_past_date_is_named(team: Team, date: str) -> None:
    assert repr(date) in refusal("a@b.org", "--expires", date)


def test_an_unknown_team_is_named(team: Team) -> None:
    assert "'nobody'" in refusal("a@b.org", "--team", "nobody")


@pytest.mark.parametrize("flag", ["--rpm", "--tpm", "--parallel", "--budget", "--per"])
def test_a_limit_that_is_not_enforced_yet_is_refused(team: Team, flag: str) -> None:
    with pytest.raises(CommandError, match=flag):
        create("a@b.org", flag, "5")
    assert not ApiKey.objects.exists()
