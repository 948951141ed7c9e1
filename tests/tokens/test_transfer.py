import io
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.tokens.conftest import AddToken
from tokens import files
from tokens.models import Change, Team, Upstream, UpstreamToken

CHECKSUM = f"3HFzbBm6{'1' * 64}/{'2' * 64}"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.TOKEN_FILE = tmp_path / ".token"
    settings.TOKEN_LIST_FILE = tmp_path / ".token-list"
    return tmp_path


def run(command: str, **options: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(command, stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue()


def test_both_files_are_taken_in_and_a_second_run_changes_nothing(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("# mine\nann::t1\nuser_1%3A%3At2\n")
    (folder / ".token-list").write_text(f"t1,{CHECKSUM}\n#t3,{CHECKSUM}\n")
    assert run("import_tokens")[0] == "2 added, 0 renamed, 0 unchanged."
    first = list(UpstreamToken.objects.values())
    assert run("import_tokens")[0] == "0 added, 0 renamed, 2 unchanged."
    assert list(UpstreamToken.objects.values()) == first
    assert Change.objects.filter(action="upstream_token.import").count() == 2


def test_a_listed_checksum_is_kept_and_a_new_one_is_written_to_the_list(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("ann::t1\nt2\n")
    (folder / ".token-list").write_text(f"t1,{CHECKSUM}")
    run("import_tokens")
    one, two = UpstreamToken.objects.all()
    assert (one.machine_id, one.mac_id) == ("1" * 64, "2" * 64)
    entries = files.parse_token_list(files.read(folder / ".token-list")).entries
    assert [(entry.alias, entry.token) for entry in entries] == [
        ("ann", "t1"),
        ("", "t2"),
    ]
    assert entries[0].checksum == CHECKSUM
    assert entries[1].checksum[8:] == f"{two.machine_id}/{two.mac_id}"


def test_tokens_go_to_the_vendor_or_where_the_setting_points(
    team: Team, folder: Path, settings: Settings
) -> None:
    (folder / ".token").write_text("t1\n")
    run("import_tokens")
    assert Upstream.objects.get().base_url == "https://api2.cursor.sh"
    settings.CURSOR_CHAT_API_URL = "http://elsewhere.test"
    run("import_tokens")
    assert Upstream.objects.get().base_url == "http://elsewhere.test"


def test_a_renamed_token_is_renamed_but_a_name_is_not_taken_away(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("ann::t1\n")
    run("import_tokens")
    (folder / ".token").write_text("bob::t1\n")
    assert run("import_tokens")[0] == "0 added, 1 renamed, 0 unchanged."
    (folder / ".token").write_text("t1\n")
    assert run("import_tokens")[0] == "0 added, 0 renamed, 1 unchanged."
    assert UpstreamToken.objects.get().alias == "bob"


def test_each_line_that_is_not_taken_has_its_place_and_reason(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("t1\nnot canary\n")
    (folder / ".token-list").write_text("canary\n")
    out, err = run("import_tokens")
    assert out.startswith("1 added")
    assert ".token:2: a token has no spaces" in err
    assert ".token-list:1: there is no comma" in err
    assert "canary" not in err
    assert "canary\n" in (folder / ".token-list").read_text()


def test_an_alias_of_two_tokens_is_noted_and_both_are_kept(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("work::t1\nwork::t2\nhome::t3\nt4\nt5\n")
    out, err = run("import_tokens")
    assert out == "5 added, 0 renamed, 0 unchanged."
    assert err.count("alias") == 1
    assert "2 tokens have the alias 'work'" in err


def test_missing_files_are_nothing_to_do(team: Team, folder: Path) -> None:
    assert run("import_tokens")[0] == "0 added, 0 renamed, 0 unchanged."
    assert list(folder.iterdir()) == []


def test_an_unreadable_file_stops_the_import_with_its_name(
    team: Team, folder: Path
) -> None:
    (folder / ".token").mkdir()
    with pytest.raises(CommandError, match=r"\.token"):
        run("import_tokens")


def test_a_list_that_cannot_be_written_is_only_a_note(
    team: Team, folder: Path, settings: Settings
) -> None:
    (folder / ".token").write_text("t1\n")
    settings.TOKEN_LIST_FILE = folder / "no" / ".token-list"
    out, err = run("import_tokens")
    assert out.startswith("1 added")
    assert "kept in the database only" in err


def test_the_demo_team_takes_no_real_tokens(db: None, folder: Path) -> None:
    Team.objects.create(slug="demo", name="Demo", is_demo=True)
    with pytest.raises(CommandError, match="demo"):
        run("import_tokens")


def test_the_pool_is_written_to_both_files_for_this_user_only(
    folder: Path, add_token: AddToken
) -> None:
    (folder / ".token").write_text("# mine\nold::t1\ngone\n")
    add_token("t1", alias="ann")
    add_token("t2")
    add_token("off", state=UpstreamToken.State.DISABLED)
    assert run("export_tokens")[0].startswith("2 written")
    assert (folder / ".token").read_text() == "# mine\nann::t1\nt2\n"
    listed = files.parse_token_list((folder / ".token-list").read_text())
    assert [entry.token for entry in listed.entries] == ["t1", "t2"]
    for name in (".token", ".token-list"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_what_was_written_is_read_back_as_the_same_tokens(
    folder: Path, add_token: AddToken
) -> None:
    token = add_token("t1", alias="ann")
    run("export_tokens")
    UpstreamToken.objects.all().delete()
    run("import_tokens")
    again = UpstreamToken.objects.get()
    assert (again.alias, again.fingerprint) == (token.alias, token.fingerprint)
    assert (again.machine_id, again.mac_id) == (token.machine_id, token.mac_id)


@pytest.mark.parametrize("slug", [None, "nobody"])
def test_the_team_must_be_named_when_there_are_two(
    team: Team, folder: Path, slug: str | None
) -> None:
    Team.objects.create(slug="other", name="Other")
    with pytest.raises(CommandError, match="acme, other") as error:
        run("import_tokens", team=slug)
    assert error.value.returncode == 2
    assert run("import_tokens", team="acme")[0].startswith("0 added")
