"""TOKEN_FILE and TOKEN_LIST_FILE read and written: `tokens.exchange.reload`."""

import io
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.tokens.conftest import AddToken, row_of
from tokens import disk, files
from tokens.crypto import Secret, fingerprint
from tokens.models import Change, Team, Upstream, UpstreamToken
from tokens.places import vendor_upstream
from tokens.roster import forget_removed

CHECKSUM = f"3HFzbBm6{'1' * 64}/{'2' * 64}"


@pytest.fixture
def upstream(db: None) -> Upstream:
    return vendor_upstream("")


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
    entries = files.parse_token_list(disk.read(folder / ".token-list")).entries
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


def test_a_name_is_changed_and_taken_away_in_the_token_file(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("ann::t1\n")
    run("import_tokens")
    (folder / ".token").write_text("bob::t1\n")
    assert run("import_tokens")[0] == "0 added, 1 renamed, 0 unchanged."
    (folder / ".token").write_text("t1\n")
    assert run("import_tokens")[0] == "0 added, 1 renamed, 0 unchanged."
    assert UpstreamToken.objects.get().alias == ""


def test_an_edit_in_the_tables_stays_and_reaches_the_files(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("# mine\nann::t1\n")
    (folder / ".token-list").write_text(f"t1,{CHECKSUM}\n")
    run("import_tokens")
    UpstreamToken.objects.update(alias="by hand", machine_id="9" * 64)
    assert run("import_tokens")[0] == "0 added, 0 renamed, 1 unchanged."
    row = UpstreamToken.objects.get()
    assert (row.alias, row.machine_id) == ("by hand", "9" * 64)
    assert (folder / ".token").read_text() == "# mine\nby hand::t1\n"
    assert f"{'9' * 64}/{'2' * 64}" in (folder / ".token-list").read_text()


def test_a_token_added_in_the_tables_goes_into_the_files_and_stays(
    folder: Path, add_token: AddToken
) -> None:
    (folder / ".token").write_text("t1\n")
    add_token("t2", alias="#odd: ali%3Aas")
    run("import_tokens")
    assert (folder / ".token").read_text() == "t1\nodd ali 3Aas::t2\n"
    assert run("import_tokens")[0] == "0 added, 0 renamed, 2 unchanged."
    assert row_of("t2").alias == "#odd: ali%3Aas"


def test_another_checksum_in_the_list_is_taken(team: Team, folder: Path) -> None:
    (folder / ".token-list").write_text(f"t1,{CHECKSUM}\n")
    run("import_tokens")
    other = CHECKSUM.replace("1" * 64, "7" * 64)
    (folder / ".token-list").write_text(f"t1,{other}\n")
    assert run("import_tokens")[0] == "0 added, 0 renamed, 0 unchanged, 1 pinned."
    assert UpstreamToken.objects.get().machine_id == "7" * 64
    told = Change.objects.get(action="upstream_token.edit")
    assert "7" * 64 not in f"{told.before}{told.after}"


def test_a_token_in_one_file_stays_with_its_machine(team: Team, folder: Path) -> None:
    (folder / ".token").write_text("t1\nt2\n")
    (folder / ".token-list").touch()
    run("import_tokens")
    before = list(UpstreamToken.objects.values())
    lines = (folder / ".token-list").read_text().splitlines()
    (folder / ".token").write_text("t1\n")
    (folder / ".token-list").write_text(f"{lines[1]}\n")
    assert run("import_tokens")[0] == "0 added, 0 renamed, 2 unchanged."
    assert list(UpstreamToken.objects.values()) == before
    assert sorted((folder / ".token").read_text().split()) == ["t1", "t2"]


def test_a_token_in_neither_file_is_switched_off_and_can_come_back(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("t1\nt2\n")
    (folder / ".token-list").touch()
    run("import_tokens")
    (folder / ".token").write_text("t1\n")
    (folder / ".token-list").write_text("")
    assert run("import_tokens")[0].endswith("1 unchanged, 1 disabled.")
    row = row_of("t2")
    assert (row.state, row.removed_at) == ("disabled", None)
    (folder / ".token").write_text("t1\nt2\n")
    assert run("import_tokens")[0].endswith("1 unchanged, 1 enabled.")
    row.refresh_from_db()
    assert row.state == "active"
    actions = Change.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions)[2:] == ["upstream_token.disable", "upstream_token.enable"]


def test_a_token_switched_off_in_the_tables_stays_so_and_leaves_the_files(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("t1\nt2\n")
    run("import_tokens")
    UpstreamToken.objects.filter(fingerprint=fingerprint("t1")).update(state="disabled")
    assert run("import_tokens")[0] == "0 added, 0 renamed, 2 unchanged."
    assert row_of("t1").state == "disabled"
    assert (folder / ".token").read_text() == "t2\n"


def test_a_marked_token_is_removed_from_both_files_and_deleted_after_30_days(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("t1\nt2\n")
    (folder / ".token-list").touch()
    run("import_tokens")
    listed = (folder / ".token-list").read_text()
    (folder / ".token-list").write_text(f"#{listed}")
    assert run("import_tokens")[0].endswith("1 unchanged, 1 removed.")
    assert (folder / ".token").read_text() == "t2\n"
    assert "t1" not in (folder / ".token-list").read_text()
    row = row_of("t1")
    assert row.state == "disabled"
    assert row.removed_at is not None
    assert forget_removed() == 0
    row.removed_at -= timedelta(days=30)
    row.save()
    assert forget_removed() == 1
    assert UpstreamToken.objects.get() == row_of("t2")


def test_a_removed_token_that_is_switched_on_again_is_not_deleted(
    team: Team, folder: Path, add_token: AddToken
) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    add_token("t1", removed_at=long_ago)
    assert forget_removed() == 0
    assert UpstreamToken.objects.get().removed_at is None


def test_files_that_are_gone_switch_nothing_off(team: Team, folder: Path) -> None:
    (folder / ".token").write_text("t1\n")
    run("import_tokens")
    (folder / ".token").unlink()
    assert run("import_tokens")[0] == "0 added, 0 renamed, 0 unchanged."
    (folder / ".token").write_text("t2\n")
    assert run("import_tokens")[0] == "1 added, 0 renamed, 0 unchanged."
    assert UpstreamToken.objects.filter(state="active").count() == 2


def test_a_file_is_written_only_where_it_is_or_its_variable_is_set(
    team: Team, folder: Path, settings: Settings
) -> None:
    (folder / ".token").write_text("t1\n")
    run("import_tokens")
    assert [path.name for path in folder.iterdir()] == [".token"]
    assert stat.S_IMODE((folder / ".token").stat().st_mode) == 0o600
    settings.TOKEN_LIST_FILE_IS_SET = True
    run("import_tokens")
    row = UpstreamToken.objects.get()
    [entry] = files.parse_token_list(disk.read(folder / ".token-list")).entries
    assert (entry.token, entry.checksum[8:73]) == ("t1", f"{row.machine_id}/")


def test_a_token_that_no_key_opens_is_healed_from_the_file(
    team: Team, folder: Path
) -> None:
    (folder / ".token").write_text("t1\n")
    run("import_tokens")
    other = Fernet(Fernet.generate_key()).encrypt(b"t1").decode()
    UpstreamToken.objects.update(secret=Secret(encrypted=other))
    assert run("import_tokens")[0].endswith("0 unchanged, 1 healed.")
    assert UpstreamToken.objects.get().secret.reveal() == "t1"


def test_a_token_that_no_key_opens_is_told_and_not_switched_off(
    team: Team, folder: Path, add_token: AddToken
) -> None:
    other = Fernet(Fernet.generate_key()).encrypt(b"t1").decode()
    row = add_token("t1")
    UpstreamToken.objects.update(secret=Secret(encrypted=other))
    (folder / ".token").write_text("t2\n")
    assert f"Token {row.pk} cannot be opened" in run("import_tokens")[1]
    run("import_tokens")
    row.refresh_from_db()
    assert row.state == "active"


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
    settings.TOKEN_LIST_FILE_IS_SET = True
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


def test_tokens_of_other_upstreams_are_never_in_the_files(
    folder: Path, add_token: AddToken
) -> None:
    elsewhere = Upstream.objects.create(name="Provider", base_url="http://p.test")
    add_token("sk-key-of-a-provider", upstream=elsewhere)
    add_token("t1")
    run("export_tokens")
    assert (folder / ".token").read_text() == "t1\n"


def test_another_team_takes_tokens_in_and_never_writes_the_files(
    team: Team, folder: Path
) -> None:
    Team.objects.create(slug="other", name="Other")
    (folder / ".token").write_text("ann::t1\nann::t1\n")
    assert run("import_tokens", team="other")[0].startswith("1 added")
    assert (folder / ".token").read_text() == "ann::t1\nann::t1\n"
    (folder / ".token").write_text("t2\n")
    assert run("import_tokens", team="other")[0].endswith("1 disabled.")


@pytest.mark.parametrize("slug", [None, "nobody"])
def test_the_team_must_be_named_when_there_are_two(
    team: Team, folder: Path, slug: str | None
) -> None:
    Team.objects.create(slug="other", name="Other")
    with pytest.raises(CommandError, match="acme, other") as error:
        run("import_tokens", team=slug)
    assert error.value.returncode == 2
    assert run("import_tokens", team="acme")[0].startswith("0 added")
