"""Values of the environment: a bad one is refused by its name."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config import env
from tests import environment

pytestmark = pytest.mark.once


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


@pytest.mark.parametrize("value", ["/../x", "a//b", "/é", "/a b", "."])
def test_a_prefix_that_no_browser_would_keep_is_refused(
    variable: pytest.MonkeyPatch, value: str
) -> None:
    variable.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="X must be a path"):
        env.prefix("X")


@pytest.mark.parametrize("value", ["localhost", "::1", "0.0.0.0", "my_host.example"])
def test_a_name_and_an_address_are_hosts(
    variable: pytest.MonkeyPatch, value: str
) -> None:
    variable.setenv("X", value)
    assert env.host("X", "") == value


def test_allowed_hosts_and_origins_are_read_as_django_knows_them(
    variable: pytest.MonkeyPatch,
) -> None:
    variable.setenv("X", "*, .x.org, [::1], 10.0.0.1")
    assert env.hosts("X", "") == ["*", ".x.org", "[::1]", "10.0.0.1"]
    variable.setenv("X", "https://*.x.org, http://h:8000")
    assert env.origins("X") == ["https://*.x.org", "http://h:8000"]


@pytest.mark.parametrize(
    "value", ["redis://h:6379/0", "rediss://:pw@h", "unix:///run/redis.sock?db=1"]
)
def test_a_redis_url_is_taken_as_it_is(
    variable: pytest.MonkeyPatch, value: str
) -> None:
    variable.setenv("X", value)
    assert env.redis_url("X") == value


def test_a_folder_is_made_for_its_owner_only_and_keeps_its_mode(tmp_path: Path) -> None:
    made = env.folder("X", tmp_path / "a")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.chmod(0o1777)
    assert stat.S_IMODE(env.folder("X", made).stat().st_mode) == 0o1777


def start(
    folder: Path, *command: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=environment.ROOT,
        env=environment.product(folder) | {"PATH": "/usr/bin"} | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("SIMULATOR_PORT", "3000"),
        ("HOST", "not a host"),
        ("HOST", "300.1.1.1"),
        ("ALLOWED_HOSTS", "http://x"),
        ("ALLOWED_HOSTS", "x:3000"),
        ("DEMO", "maybe"),
        ("DEBUG", "perhaps"),
        ("TIME_ZONE", "Mars/Base"),
        ("DATA_DIR", "/etc/passwd"),
        ("DATA_DIR", "/etc/passwd/x"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "postgres://"),
        ("DATABASE_URL", "postgres://u:hunter2@host/"),
        ("DATABASE_URL", "postgres://u:hunter2@host:many/x"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("REDIS_URL", "hunter2@host:1"),
        ("REDIS_URL", "redis://h:abc/0"),
        ("REDIS_URL", "redis://h/abc"),
        ("CURSOR_ADMIN_API_URL", "api.cursor.com"),
        ("CURSOR_ADMIN_API_URL", "http:/x"),
        ("CURSOR_CHAT_API_URL", "ftp://x"),
        ("CURSOR_CHAT_API_URL", "https:// x"),
        ("CURSOR_CLIENT_VERSION", "é"),
        ("CURSOR_CLIENT_VERSION", "2.0\n.0"),
        ("CURSOR_TIMEZONE", "Mars/Base"),
        ("CURSOR_HEADERS", '["x"]'),
        ("CURSOR_HEADERS", '{"a b": "c"}'),
        ("SECRET_KEY", "x"),
        ("ENCRYPTION_KEYS", "short"),
        ("ENCRYPTION_KEYS", ","),
        ("ROUTE_PREFIX", "/a b"),
        ("CSRF_TRUSTED_ORIGINS", "example.org"),
        ("CSRF_TRUSTED_ORIGINS", "https://"),
        ("WEB_PROCESSES", "0"),
    ],
)
def test_a_malformed_variable_stops_the_start_with_one_sentence(
    name: str, value: str, tmp_path: Path
) -> None:
    done = start(tmp_path, "manage.py", "check", **{name: value})
    assert done.returncode != 0
    assert_one_sentence(done.stderr, name)
    may_hold_a_password = name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    assert not (may_hold_a_password and value in done.stderr.split())


def assert_one_sentence(said: str, name: str) -> None:
    lines = said.strip().splitlines()
    assert len(lines) == 1, said
    assert name in lines[0]
    assert "hunter2" not in said


@pytest.mark.parametrize("role", ["worker", "beat"])
def test_a_role_of_celery_stops_with_the_same_sentence(
    role: str, tmp_path: Path
) -> None:
    done = start(tmp_path, "-m", "celery", "-A", "config", role, PORT="eighty")
    assert done.returncode != 0
    assert_one_sentence(done.stderr + done.stdout, "PORT")


@pytest.mark.parametrize(
    "url", ["postgres://u:hunter2@127.0.0.1:1/x", "sqlite:////nowhere/x.sqlite3"]
)
def test_a_database_that_cannot_be_opened_is_one_sentence(
    url: str, tmp_path: Path
) -> None:
    done = start(tmp_path, "manage.py", "setup", DATABASE_URL=url)
    assert done.returncode != 0
    assert_one_sentence(done.stderr, "DATABASE_URL")


def test_the_last_port_leaves_one_for_the_simulator(tmp_path: Path) -> None:
    read = "from config import settings; print(settings.SIMULATOR_PORT)"
    assert start(tmp_path, "-c", read, PORT="65535").stdout == "65534\n"
    assert start(tmp_path, "-c", read, PORT="4000").stdout == "4001\n"


def test_what_a_command_writes_is_for_its_user_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = {"SECRET_KEY": "x" * 32, "ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    start(data, "manage.py", "migrate", "tokens", "0001", **given)
    written = [data, *data.rglob("*")]
    assert data / "db.sqlite3" in written
    assert [p for p in written if stat.S_IMODE(p.stat().st_mode) & 0o077] == []
