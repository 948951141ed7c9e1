"""Values of the environment: a bad one is refused by its name."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from tests import environment


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("X_FILE", raising=False)
    return monkeypatch


def test_a_blank_value_counts_as_unset(variable: pytest.MonkeyPatch) -> None:
    variable.setenv("X", "  ")
    assert env.text("X", "default") == "default"
    assert env.boolean("X", True) is True
    assert env.whole("X", 3, 1, 9) == 3


@pytest.mark.parametrize("value", ["0", "70000", "3000.0", "-1", "three", "٣"])
def test_a_port_that_is_none_is_refused_by_name(
    variable: pytest.MonkeyPatch, value: str
) -> None:
    variable.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="X must be a whole number"):
        env.whole("X", 3000, 1, 65535)


@pytest.mark.parametrize(
    ("value", "read"), [("/hf/", "/hf"), ("api", "/api"), ("/", "")]
)
def test_a_prefix_is_normalised(
    variable: pytest.MonkeyPatch, value: str, read: str
) -> None:
    variable.setenv("X", value)
    assert env.prefix("X") == read


def test_a_url_is_refused_without_being_repeated(variable: pytest.MonkeyPatch) -> None:
    variable.setenv("X", "user:hunter2@host")
    with pytest.raises(ImproperlyConfigured, match="X must be a URL") as raised:
        env.url("X", "", "https")
    assert "hunter2" not in str(raised.value)


def test_a_secret_may_come_from_a_file(
    variable: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    variable.setenv("X_FILE", str(tmp_path / "secret"))
    assert env.secret("X") == "s3cret"
    variable.setenv("X", "own")
    assert env.secret("X") == "own"


def test_a_secret_file_that_is_not_there_is_refused_by_name(
    variable: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    variable.setenv("X_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="X_FILE"):
        env.secret("X")


def test_a_kept_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key"
    made = iter(range(100))
    with ThreadPoolExecutor(8) as pool:
        read = set(
            pool.map(lambda _: env.kept(path, lambda: str(next(made))), range(32))
        )
    assert len(read) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("DEMO", "maybe"),
        ("DEBUG", "perhaps"),
        ("TIME_ZONE", "Mars/Base"),
        ("DATABASE_URL", "mysql://host/name"),
        ("REDIS_URL", "hunter2@host:1"),
        ("CURSOR_ADMIN_API_URL", "api.cursor.com"),
        ("CURSOR_CHAT_API_URL", "ftp://x"),
        ("ENCRYPTION_KEYS", "short"),
        ("ROUTE_PREFIX", "/a b"),
        ("CSRF_TRUSTED_ORIGINS", "example.org"),
        ("WEB_PROCESSES", "0"),
    ],
)
def test_a_malformed_variable_stops_the_start_with_one_sentence(
    name: str, value: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=environment.ROOT,
        env=environment.product(tmp_path) | {"PATH": "/usr/bin", name: value},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert name in lines[0]
    may_hold_a_password = name in ("DATABASE_URL", "REDIS_URL", "ENCRYPTION_KEYS")
    assert not (may_hold_a_password and value in lines[0])
