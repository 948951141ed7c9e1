"""A running gateway with its simulator, and what a test wants to ask or tell it."""

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import psycopg
from psycopg.rows import dict_row

from tests.live import Product
from tests.vendor import Vendor

ERROR_KEYS = ["message", "type", "param", "code"]
HELLO: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": "Hi"}],
}
WELL = """
UPDATE tokens_upstreamtoken SET state = 'active', cause = '', strikes = 0,
    cooled_at = NULL, cool_until = NULL, probe_until = NULL, last_error = '',
    models_out = '{}', health_version = health_version + 1
"""
SPARE_TOKENS = """
from tokens.crypto import fingerprint
from tokens.models import UpstreamToken
one = UpstreamToken.objects.order_by("pk").first()
for secret in ("spare-token-1", "spare-token-2"):
    UpstreamToken.objects.get_or_create(
        team=one.team, upstream=one.upstream, fingerprint=fingerprint(secret),
        defaults={"secret": secret, "machine_id": "a" * 64},
    )
"""


@dataclass
class Gateway:
    live: Product
    key: str

    @property
    def url(self) -> str:
        return f"{self.live.url}/v1"

    @property
    def vendor(self) -> Vendor:
        return Vendor(self.live.simulator_url)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def client(self, key: str = "") -> openai.OpenAI:
        return openai.OpenAI(
            base_url=self.url, api_key=key or self.key, max_retries=0, timeout=30
        )

    def post(self, body: Any = None, key: str = "", **options: Any) -> httpx.Response:
        given: dict[str, Any] = {"json": HELLO if body is None else body} | options
        auth = {"Authorization": f"Bearer {key or self.key}"}
        headers = auth | given.pop("headers", {})
        return httpx.post(
            f"{self.url}/chat/completions", headers=headers, timeout=30, **given
        )

    def give_tokens(self) -> None:
        """Three good tokens that the simulator knows."""
        self.heal()
        self.live.manage("shell", "-c", SPARE_TOKENS)
        for number in (1, 2):
            token = {"token": f"spare-token-{number}"}
            url = f"{self.live.simulator_url}/_sim/tokens"
            httpx.post(url, json=token).raise_for_status()

    def heal(self) -> None:
        """No fault is left in the simulator, and no mark of one on a token."""
        self.vendor.heal()
        if url := self.live.env["DATABASE_URL"]:
            with psycopg.connect(url) as connection:
                connection.execute(WELL)
            return
        path = self.live.data_dir / "db.sqlite3"
        with (
            contextlib.closing(sqlite3.connect(path, timeout=30)) as database,
            database,
        ):
            database.execute(WELL)

    def row(self, request_id: str = "") -> dict[str, Any]:
        """One request's row; without an id the newest one's. Empty: there is none."""
        found = [r for r in self.rows() if request_id in ("", r["request_id"])]
        return found[0] if found else {}

    def rows(self) -> list[dict[str, Any]]:
        """Newest first, straight from the tables."""
        query = "SELECT * FROM proxy_gatewayrequest ORDER BY id DESC"
        if url := self.live.env["DATABASE_URL"]:
            with psycopg.connect(url, row_factory=dict_row) as connection:
                return connection.execute(query).fetchall()
        path = self.live.data_dir / "db.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]


def refusal(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"].startswith("req_")
    error: dict[str, Any] = answer.json()["error"]
    assert list(error) == ERROR_KEYS
    return error
