"""A database for each product that the tests run: a copy of one that is migrated."""

import atexit
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import redis

from tests import environment

PATIENCE = 120  # seconds
_redis_number = itertools.count(1)


@contextmanager
def own_servers(data_dir: Path) -> Iterator[dict[str, str]]:
    """A migrated database and a Redis number that no other product uses."""
    shared = environment.servers()
    if not shared["DATABASE_URL"]:
        shutil.copy(_migrated_file(), data_dir / "db.sqlite3")
        yield shared
        return
    name, redis_url = f"live_{uuid.uuid4().hex}", shared["REDIS_URL"]
    template = _migrated_database()
    with psycopg.connect(shared["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        own = redis_url.rsplit("/", 1)[0] + f"/{next(_redis_number)}"
        with redis.Redis.from_url(own) as client:
            client.flushdb()
        yield {"DATABASE_URL": _database_url(name), "REDIS_URL": own}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _migrated_file() -> Path:
    """Made once: the way from no table to the newest ones takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="teamgauge-migrated-"))
    atexit.register(shutil.rmtree, folder)
    _migrate(folder, environment.servers())
    return folder / "db.sqlite3"


@cache
def _migrated_database() -> str:
    name = f"migrated_{uuid.uuid4().hex}"
    shared = environment.servers()
    with psycopg.connect(shared["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with tempfile.TemporaryDirectory(prefix="teamgauge-migrated-") as folder:
        _migrate(Path(folder), shared | {"DATABASE_URL": _database_url(name)})
    return name


def _database_url(name: str) -> str:
    return environment.servers()["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"


def _migrate(folder: Path, servers: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=environment.ROOT,
        env=os.environ | environment.product(folder, **servers),
        check=True,
        timeout=PATIENCE,
    )
