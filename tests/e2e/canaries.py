"""Secrets that are looked for, and everything in which they must not be."""

import base64
import contextlib
import html
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import redis

from tests.live import Product

LINK = re.compile(r'(?:href|action|data-chart|data-hx-get)="(/[^"#]*)"')
# What only leads elsewhere, or is no output of ours.
NOT_FOLLOWED = re.compile(r"/static/|/admin/jsi18n|/accounts/logout|/health")
# Secret by the product's own word, and clear in them by definition.
HOLD_SECRETS = {".token", ".token-list", "auth_token", "encryption_keys", "secret_key"}


def forms(secret: str) -> set[bytes]:
    """As it is, quoted, its first 20 characters, and in base64 wherever it begins."""
    plain = {secret, secret[:20], quote(secret, safe=""), html.escape(secret)}
    found = {text.encode() for text in plain}
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + secret.encode())
        # The ends depend on the neighbours.
        middle = whole[4 if shift else 0 : len(secret) // 3 * 4 - 4]
        found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return found


@dataclass
class Sweep:
    """`looked_at` counts by kind what was seen, so that an idle sweep is noticed.
    `clear_in`: the kinds in which a canary may stand."""

    canaries: dict[str, str]
    clear_in: dict[str, set[str]] = field(default_factory=dict)
    hits: set[tuple[str, str]] = field(default_factory=set)
    looked_at: dict[str, int] = field(default_factory=dict)

    def look(self, kind: str, where: str, what: bytes | str) -> None:
        data = what.encode() if isinstance(what, str) else what
        self.looked_at[kind] = self.looked_at.get(kind, 0) + 1
        for name, secret in self.canaries.items():
            if kind in self.clear_in.get(name, ()):
                continue
            if any(form in data for form in forms(secret)):
                self.hits.add((name, f"{kind}: {where}"))

    def answer(self, kind: str, response: httpx.Response) -> httpx.Response:
        head = "".join(f"{name}: {value}\n" for name, value in response.headers.items())
        where = f"{response.request.method} {response.request.url.path}"
        self.look(kind, where, head.encode() + response.content)
        return response

    def crawl(self, client: httpx.Client, *starts: str, most: int = 250) -> set[str]:
        """Every page that links lead to from there; of a path only one query."""
        waiting, seen = list(starts), set[str]()
        while waiting and len(seen) < most:
            link = html.unescape(waiting.pop(0))
            path = link.partition("?")[0]
            if path in seen or NOT_FOLLOWED.match(path):
                continue
            seen.add(path)
            answer = self.answer("page", client.get(link))
            waiting += LINK.findall(answer.text)
        return seen

    def tables(self, live: Product) -> None:
        rows = _postgres(live) if live.env["DATABASE_URL"] else _sqlite(live)
        for table, row in rows:
            self.look("row", table, row)

    def files(self, folder: Path) -> None:
        """Logs, queued messages, and whatever else was written."""
        for path in folder.rglob("*"):
            if path.is_file() and path.name not in HOLD_SECRETS:
                kind = "log" if path.suffix == ".log" else "file"
                self.look(kind, str(path.relative_to(folder)), path.read_bytes())

    def redis(self, live: Product) -> None:
        if not live.env["REDIS_URL"]:
            return
        with redis.Redis.from_url(live.env["REDIS_URL"]) as store:
            for key in map(bytes, store.scan_iter()):
                self.look("redis", key.decode(), key + _value(store, key))


def _value(store: Any, key: bytes) -> bytes:
    match store.type(key):
        case b"string":
            return bytes(store.get(key) or b"")
        case b"list":
            return b"\n".join(store.lrange(key, 0, -1))
        case b"hash":
            return repr(store.hgetall(key)).encode()
        case _:
            return bytes(store.dump(key) or b"")


def _sqlite(live: Product) -> Iterator[tuple[str, str]]:
    path = live.data_dir / "db.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in names.fetchall():
            for row in database.execute(f'SELECT * FROM "{name}"'):
                yield name, repr(row)


def _postgres(live: Product) -> Iterator[tuple[str, str]]:
    listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with psycopg.connect(live.env["DATABASE_URL"]) as database:
        for (name,) in database.execute(listed).fetchall():
            for (row,) in database.execute(f'SELECT t::text FROM "{name}" t'):
                yield name, row
