"""The editor's own sign-in, as each system keeps it."""

import base64
import io
import json
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tokens import editor
from tokens.checksum import MachineIds, parse
from tokens.editor import NotSignedIn
from tokens.models import Team, UpstreamToken
from tokens.token_forms import AddForm

MACHINE, MAC = "a1" * 32, "b2" * 32


def jwt(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{body}.canary-signature"


TOKEN = jwt(exp=4102444800)
STORED = {
    "cursorAuth/accessToken": TOKEN,
    "cursorAuth/cachedEmail": "Ann@Example.com",
    "cursorAuth/refreshToken": "not-this-one",
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "Cursor"
    (folder / editor.STORAGE).mkdir(parents=True)
    store(folder, STORED)
    ids = {"telemetry.machineId": MACHINE, "telemetry.macMachineId": MAC.upper()}
    (folder / editor.STORAGE / "storage.json").write_text(json.dumps(ids))
    return folder


def store(folder: Path, values: dict[str, Any]) -> None:
    with sqlite3.connect(folder / editor.STORAGE / "state.vscdb") as connection:
        connection.execute("DROP TABLE IF EXISTS ItemTable")
        connection.execute("CREATE TABLE ItemTable (key TEXT UNIQUE, value BLOB)")
        connection.executemany("INSERT INTO ItemTable VALUES (?, ?)", values.items())
    connection.close()


def run(base: Path, *arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    given = ["--folder", str(base), *arguments]
    call_command("read_editor_token", *given, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("platform", "environ", "home", "expected"),
    [
        ("linux", {}, "/home/ann", "/home/ann/.config/Cursor"),
        ("linux", {"XDG_CONFIG_HOME": "/x"}, "/home/ann", "/x/Cursor"),
        ("linux", {"XDG_CONFIG_HOME": ""}, "/home/ann", "/home/ann/.config/Cursor"),
        ("freebsd14", {}, "/home/ann", "/home/ann/.config/Cursor"),
        (
            "darwin",
            {"XDG_CONFIG_HOME": "/x"},
            "/Users/ann",
            "/Users/ann/Library/Application Support/Cursor",
        ),
        (
            "win32",
            {"APPDATA": r"D:\Roaming"},
            r"C:\Users\ann",
            r"D:\Roaming\Cursor",
        ),
        ("win32", {}, r"C:\Users\ann", r"C:\Users\ann\AppData\Roaming\Cursor"),
    ],
)
def test_each_system_has_its_folder(
    platform: str, environ: dict[str, str], home: str, expected: str
) -> None:
    assert str(editor.folder(platform, environ, home)) == expected


def test_the_sign_in_and_the_machines_own_ids_are_read(base: Path) -> None:
    found = editor.read(base)
    assert (found.token, found.email) == (TOKEN, "ann@example.com")
    assert found.ids == MachineIds(MACHINE, MAC)
    assert "canary" not in repr(found)


@pytest.mark.parametrize("stored", [TOKEN.encode(), f'"{TOKEN}"', f" {TOKEN}\n"])
def test_the_token_is_read_however_it_is_stored(base: Path, stored: Any) -> None:
    store(base, {"cursorAuth/accessToken": stored})
    found = editor.read(base)
    assert (found.token, found.email) == (TOKEN, "")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"telemetry.machineId": "short"}', '{"telemetry.machineId": 5}'],
)
def test_odd_ids_are_no_ids(base: Path, content: str) -> None:
    (base / editor.STORAGE / "storage.json").write_text(content)
    assert editor.read(base).ids is None


def test_an_editor_that_runs_and_writes_is_read_all_the_same(base: Path) -> None:
    path = base / editor.STORAGE / "state.vscdb"
    running = sqlite3.connect(path, isolation_level=None)
    running.execute("PRAGMA journal_mode=WAL")
    running.execute("BEGIN IMMEDIATE")
    running.execute("UPDATE ItemTable SET value = 'half written'")
    before = path.read_bytes()
    assert editor.read(base).token == TOKEN
    assert path.read_bytes() == before
    running.close()


def test_without_an_editor_or_a_sign_in_a_sentence_says_so(base: Path) -> None:
    for values in ({}, {"cursorAuth/accessToken": ""}):
        store(base, values)
        with pytest.raises(NotSignedIn, match="not signed in"):
            editor.read(base)
    (base / editor.STORAGE / "state.vscdb").write_bytes(b"no database at all" * 99)
    with pytest.raises(NotSignedIn, match="cannot be read"):
        editor.read(base)
    shutil.rmtree(base)
    with pytest.raises(CommandError, match="No editor has been used here"):
        run(base)


def test_the_token_is_alone_on_standard_output(base: Path) -> None:
    out, err = run(base)
    assert out == f"{TOKEN}\n"
    assert "ann@example.com; it expires on 2100-01-01 00:00 UTC" in err
    assert "canary" not in err


def test_it_can_be_printed_as_a_line_of_either_file(base: Path) -> None:
    assert run(base, "--as", "token-file")[0] == f"ann@example.com::{TOKEN}\n"
    named, _, checksum = run(base, "--as", "token-list")[0].strip().partition(",")
    assert named == f"ann@example.com::{TOKEN}"
    assert parse(checksum) == MachineIds(MACHINE, MAC)


def test_it_is_added_as_its_owners_with_this_computers_ids(
    base: Path, team: Team, folder: Path
) -> None:
    out, err = run(base, "--add")
    assert out == "1 added, 0 renamed, 0 unchanged.\n"
    assert "canary" not in out + err
    row = UpstreamToken.objects.get()
    assert (row.alias, row.owner_email) == ("ann@example.com", "ann@example.com")
    assert (row.secret.reveal(), row.shared) == (TOKEN, False)
    assert (row.machine_id, row.mac_id) == (MACHINE, MAC)
    assert run(base, "--add")[0] == "0 added, 0 renamed, 1 unchanged.\n"


def test_a_new_sign_in_beside_the_old_one_is_added(
    base: Path, team: Team, folder: Path
) -> None:
    run(base, "--add")
    store(base, STORED | {"cursorAuth/accessToken": jwt(exp=int(time.time()) + 9)})
    assert run(base, "--add", "--shared")[0].startswith("1 added")
    assert [row.shared for row in UpstreamToken.objects.all()] == [False, True]


def test_what_is_no_token_is_not_added(base: Path, team: Team, folder: Path) -> None:
    store(base, {"cursorAuth/accessToken": "two words"})
    with pytest.raises(CommandError, match="a token has no spaces"):
        run(base, "--add")


def test_the_demo_takes_no_editors_token(base: Path, db: None) -> None:
    Team.objects.create(slug="demo", name="Demo", is_demo=True)
    with pytest.raises(CommandError, match="demo"):
        run(base, "--add")


def test_a_line_with_this_computers_ids_can_be_pasted_on_the_page(
    base: Path,
) -> None:
    line = run(base, "--as", "token-list")[0].strip()
    form = AddForm({"token": line, "name": "Ann"})
    assert form.is_valid()
    assert form.line == f"Ann::{line.partition('::')[2]}"
