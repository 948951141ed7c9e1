"""Reads the served events the way any client does, and sums them on its own."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.testclient import TestClient

Row = dict[str, Any]
EVENTS = "/teams/filtered-usage-events"


def all_events(api: TestClient, start: int, end: int, size: int = 1000) -> list[Row]:
    rows: list[Row] = []
    for page in range(1, 10_000):
        asked = {"startDate": start, "endDate": end, "page": page, "pageSize": size}
        text = api.post(EVENTS, json=asked).text
        answer = json.loads(text, parse_float=Decimal)
        rows += answer["usageEvents"]
        if not answer["pagination"]["hasNextPage"]:
            break
    assert answer["totalUsageEventsCount"] == len(rows)
    return rows


def sums(rows: list[Row]) -> dict[tuple[str, str, str, str], Row]:
    found: dict[tuple[str, str, str, str], Row] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        tokens = row.get("tokenUsage") or {}
        cents = row.get("chargedCents")
        cents = tokens.get("totalCents") if cents is None else cents
        total = found[_key(row)]
        total["events"] += 1
        total["charged_cents"] += Decimal(cents or 0)
        total["requests_costs"] += Decimal(row.get("requestsCosts") or 0)
        total["unpriced_events"] += cents is None
        total["input_tokens"] += int(tokens.get("inputTokens", 0))
        total["output_tokens"] += int(tokens.get("outputTokens", 0))
        total["cache_write_tokens"] += int(tokens.get("cacheWriteTokens") or 0)
        total["cache_read_tokens"] += int(tokens.get("cacheReadTokens") or 0)
    return found


def readable(row: object) -> bool:
    stamp = row.get("timestamp") if isinstance(row, dict) else None
    return isinstance(stamp, str) and stamp.isdigit()


def _key(row: Row) -> tuple[str, str, str, str]:
    instant = datetime.fromtimestamp(int(row["timestamp"]) / 1000, UTC)
    email = (row.get("userEmail") or "").strip().lower()
    return instant.date().isoformat(), email, row["model"], kind(row["kind"])


def kind(word: str) -> str:
    plain = word.removeprefix("USAGE_EVENT_KIND_").upper()
    if plain.startswith("USAGE"):
        return "on_demand"
    for start, name in (("INCL", "included"), ("ERRO", "errored"), ("FREE", "free")):
        if plain.startswith(start):
            return name
    return "other"
